/* Compiler attributes and small macros every file may use. Includes nothing of ours. */
#ifndef BASE_ATTR_H
#define BASE_ATTR_H

#include <stddef.h>

#define must_check        __attribute__((warn_unused_result))
#define printf_like(f, a) __attribute__((format(printf, f, a)))
#define COUNTOF(a)        (sizeof(a) / sizeof((a)[0]))

/* The owner of an embedded operation: type-checked, so that completions need no void pointer. */
#define container_of(ptr, type, member) \
	((type *)((char *)(1 ? (ptr) : &((type *)0)->member) - offsetof(type, member)))

#endif
