/*
 * NDJSON: one filing of the data standard on each line.
 *
 *   body ──ndjson_next──> lines, blank ones passed over
 *     └────ndjson_cut───> pieces of so many lines and bytes ──message_read_ndjson──> a message, a node for each line
 *
 * Lines end in LF or CR LF, the last one perhaps in nothing; a byte order mark before the first is passed over. Lines
 * are counted from 1 as an editor shows them, blank ones too. A line that cannot be read is refused alone.
 */
#ifndef STANDARD_NDJSON_H
#define STANDARD_NDJSON_H

#include "standard/reader.h"

struct ndjson {
	struct text rest; /* what was not read yet, beginning with a line */
	int number;       /* of that line */
};

struct ndjson_line {
	struct text text; /* without its end and the white space around it; never empty */
	int number;
};

/* first: number of the body's first line, 1 for a whole body. */
void ndjson_begin(struct ndjson *n, struct text body, int first);
/* The next line that holds something; false: there is none. */
bool ndjson_next(struct ndjson *n, struct ndjson_line *out) must_check;

struct ndjson_piece {
	struct text body; /* from its first line that holds something to its last, without that one's end */
	int first, last;  /* numbers of its first and last line */
	int lines;        /* that hold something: 1.. */
};

/* The next piece: at most lines_max lines and bytes_max bytes, but always one line. False: nothing is left. */
bool ndjson_cut(struct ndjson *n, int lines_max, size_t bytes_max, struct ndjson_piece *out) must_check;

/* A piece of at most NODES_MAX lines as a message. Nodes have their line; one that is longer than line_bytes, is no JSON
 * object or breaks JSON's grammar has its fault. False: the arena is full. */
bool message_read_ndjson(struct arena *a, const struct ndjson_piece *piece, size_t line_bytes, struct message *out, struct fault *f) must_check;

#endif
