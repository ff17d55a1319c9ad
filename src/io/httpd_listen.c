/* Listening sockets of the HTTP server: TCP, unix, or one that was given. */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "io/httpd_priv.h"

#define BACKLOG     1024
#define UNIX_PREFIX "unix:"

static int fail(int fd, const char *what, const char *address, struct fault *f)
{
	int error = errno;

	if (fd >= 0)
		(void)close(fd);
	(void)fault_set(f, FAULT_SYSTEM, "%s %s: %s", what, address, strerror(error));
	return -1;
}

/* A socket file that nobody listens on is left over from a crash: out of the way with it. */
static void remove_stale(const struct sockaddr_un *at)
{
	struct stat st;
	int fd;

	if (lstat(at->sun_path, &st) != 0 || !S_ISSOCK(st.st_mode))
		return;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	if (connect(fd, (const struct sockaddr *)at, sizeof(*at)) != 0 && errno == ECONNREFUSED)
		(void)unlink(at->sun_path);
	(void)close(fd);
}

static int listen_unix(const char *path, char **unix_path, struct fault *f)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd;

	if (*path == '\0' || strlen(path) >= sizeof(at.sun_path)) {
		(void)fault_set(f, FAULT_CONFIG, "listen address unix:%s: the path is empty or too long", path);
		return -1;
	}
	memcpy(at.sun_path, path, strlen(path) + 1);
	remove_stale(&at);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return fail(fd, "socket", path, f);
	if (bind(fd, (const struct sockaddr *)&at, sizeof(at)) != 0)
		return fail(fd, "bind", path, f);
	*unix_path = strdup(path);
	if (*unix_path == NULL || listen(fd, BACKLOG) != 0) {
		(void)unlink(path);
		free(*unix_path);
		*unix_path = NULL;
		return fail(fd, "listen", path, f);
	}
	return fd;
}

/* "host:port", "[v6]:port", ":port"; host "" and "*": every address. */
static bool split_address(const char *address, char host[256], const char **port)
{
	const char *colon = strrchr(address, ':');
	const char *from = address;
	size_t len;

	if (colon == NULL || colon[1] == '\0')
		return false;
	len = (size_t)(colon - address);
	if (len >= 2 && from[0] == '[' && from[len - 1] == ']') {
		from++;
		len -= 2;
	}
	if (len >= 256)
		return false;
	memcpy(host, from, len);
	host[len] = '\0';
	if (strcmp(host, "*") == 0)
		host[0] = '\0';
	*port = colon + 1;
	return true;
}

static int listen_tcp(const char *address, struct fault *f)
{
	const struct addrinfo hints = { .ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	const char *port;
	char host[256];
	int fd, error, on = 1;

	if (!split_address(address, host, &port)) {
		(void)fault_set(f, FAULT_CONFIG, "listen address %s: not of the form host:port or unix:/path", address);
		return -1;
	}
	error = getaddrinfo(host[0] == '\0' ? NULL : host, port, &hints, &found);
	if (error != 0) {
		(void)fault_set(f, FAULT_CONFIG, "listen address %s: %s", address, gai_strerror(error));
		return -1;
	}
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0
	    || bind(fd, found->ai_addr, found->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0)
		fd = fail(fd, "listen on", address, f);
	freeaddrinfo(found);
	return fd;
}

static int open_socket(const struct httpd_conf *conf, char **unix_path, struct fault *f)
{
	int fd;

	if (conf->listen_fd >= 0) { /* our own copy: libmicrohttpd closes what it was given */
		fd = fcntl(conf->listen_fd, F_DUPFD_CLOEXEC, 3);
		if (fd < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
			return fail(fd, "given socket", "", f);
		return fd;
	}
	if (strncmp(conf->address, UNIX_PREFIX, strlen(UNIX_PREFIX)) == 0)
		return listen_unix(conf->address + strlen(UNIX_PREFIX), unix_path, f);
	return listen_tcp(conf->address, f);
}

/* By where it is bound, whoever bound it: of an address or a name in the settings nobody knows where it leads. */
static bool check_local(int fd, const char *address, struct fault *f)
{
	struct sockaddr_storage at = { 0 };
	socklen_t len = sizeof(at);

	if (getsockname(fd, (struct sockaddr *)&at, &len) == 0 && address_is_local((const struct sockaddr *)&at))
		return true;
	return fault_set(f, FAULT_CONFIG, "listen address %s: in clear it is a loopback address or a unix socket", address);
}

int httpd_listen(const struct httpd_conf *conf, char **unix_path, struct fault *f)
{
	int fd = open_socket(conf, unix_path, f);

	if (fd < 0 || !conf->local_only || check_local(fd, conf->listen_fd >= 0 ? "of the socket that was passed" : conf->address, f))
		return fd;
	(void)close(fd);
	return -1;
}

int httpd_listen_port(int fd)
{
	struct sockaddr_storage at = { 0 };
	socklen_t len = sizeof(at);

	if (getsockname(fd, (struct sockaddr *)&at, &len) != 0)
		return 0;
	if (at.ss_family == AF_INET)
		return ntohs(((const struct sockaddr_in *)(const void *)&at)->sin_port);
	if (at.ss_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)(const void *)&at)->sin6_port);
	return 0;
}
