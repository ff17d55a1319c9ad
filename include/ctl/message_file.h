/* Files of messages as integrators have them: customs XML, an envelope round it, JSON of the data standard, one filing a
 * line; perhaps compressed by gzip. Read without a server and without a database. */
#ifndef CTL_MESSAGE_FILE_H
#define CTL_MESSAGE_FILE_H

#include "ctl/ctl.h"
#include "standard/reader.h"

struct message_file {
	struct arena arena;      /* of all that is below; freed by message_file_done() */
	struct text content;     /* inflated, without its envelope */
	bool is_xml;
	struct message *messages; /* one, or of a file with a filing a line one each */
	int *lines;              /* where each began, from 1; 0: not by lines */
	struct fault *faults;    /* why one could not be read; FAULT_NONE: it could */
	int count;
};

/* "-" is standard input. Documents are checked against the code lists and regimes this program was built with, on the day.
 * False: the file itself cannot be read. */
bool message_file_read(struct message_file *m, const char *path, enum strictness how, const struct codebook *book, int32_t day,
                       struct fault *f) must_check;
void message_file_done(struct message_file *m);

#endif
