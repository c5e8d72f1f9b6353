/*
 * Makes system calls of a process fail, or end it, at a moment that somebody else chooses. Loaded by LD_PRELOAD.
 *
 * FAULT_PLAN names a file that is read at every call below. It holds one line, "serial calls n action": at the n-th of
 * the calls (such as "fsync" or "fsync+rename") since the serial was first seen, the action is done, once:
 * "before" and "after" end the process before or after the call as kill -9 does, and a number is the errno with which the call
 * fails instead. That it has been done is told by a file beside the plan, "fired-<serial>".
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* By system calls, since open and close may be watched themselves. */
static long open_file(const char *path, int flags) {
  return syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0666);
}

static int fire(const char *plan, long serial) {
  char path[4096];
  snprintf(path, sizeof path, "%.*s/fired-%ld", (int)(strrchr(plan, '/') - plan), plan, serial);
  long file = open_file(path, O_CREAT | O_EXCL | O_WRONLY);
  if (file >= 0) syscall(SYS_close, file);
  return file >= 0;
}

static int among(const char *calls, const char *call) {
  char all[66], one[66];
  snprintf(all, sizeof all, "+%s+", calls);
  snprintf(one, sizeof one, "+%s+", call);
  return strstr(all, one) != NULL;
}

/* What is to be done at this call: an action, or an empty one. */
static void planned(const char *call, char *action) {
  static long seen = -1, left;
  long serial, n;
  char text[256], calls[64];
  const char *plan = getenv("FAULT_PLAN");
  action[0] = 0;
  long file = plan && strchr(plan, '/') ? open_file(plan, O_RDONLY) : -1;
  if (file < 0) return;
  long size = syscall(SYS_read, file, text, sizeof text - 1);
  syscall(SYS_close, file);
  text[size > 0 ? size : 0] = 0;
  if (sscanf(text, "%ld %63s %ld %15s", &serial, calls, &n, action) != 4) action[0] = 0;
  if (!action[0]) return;

  pthread_mutex_lock(&lock);
  if (serial != seen) {
    seen = serial;
    left = n;
  }
  int now = among(calls, call) && --left == 0 && fire(plan, serial);
  pthread_mutex_unlock(&lock);
  if (!now) action[0] = 0;
}

#define WATCH(type, name, parameters, arguments)                    \
  type name parameters {                                            \
    type (*real) parameters = dlsym(RTLD_NEXT, #name);              \
    char action[16];                                                \
    int saved = errno;                                              \
    planned(#name, action);                                         \
    errno = saved;                                                  \
    if (!action[0]) return real arguments;                          \
    if (action[0] == 'b') kill(getpid(), SIGKILL);                  \
    if (action[0] == 'a') {                                         \
      real arguments;                                               \
      kill(getpid(), SIGKILL);                                      \
    }                                                               \
    errno = atoi(action);                                           \
    return -1;                                                      \
  }

WATCH(int, fsync, (int fd), (fd))
WATCH(int, fdatasync, (int fd), (fd))
WATCH(int, rename, (const char *from, const char *to), (from, to))
WATCH(int, link, (const char *from, const char *to), (from, to))
WATCH(int, unlink, (const char *path), (path))
WATCH(int, rmdir, (const char *path), (path))
WATCH(int, mkdir, (const char *path, mode_t mode), (path, mode))
WATCH(ssize_t, pwrite64, (int fd, const void *bytes, size_t size, off64_t at), (fd, bytes, size, at))
