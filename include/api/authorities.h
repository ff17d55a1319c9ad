/* The public list of authorities is kept for a second in each language; who changes what it shows lets it be made anew. */
#ifndef API_AUTHORITIES_H
#define API_AUTHORITIES_H

struct api;

void authorities_forget(struct api *a);

#endif
