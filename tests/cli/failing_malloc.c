/* Preloaded into the program: the large allocation number FAIL_AT (from 1) and, if FAIL_COUNT is more than 1, those after
 * it fail as they do when memory is short. With COUNT_TO=FILE the number of large allocations is written there at the
 * end. Large are those from a MiB on, which is what pictures and feature maps are. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static const size_t large = 1 << 20;
static atomic_long seen;

static long number(const char* name, long otherwise) {
    const char* text = getenv(name);
    return text ? atol(text) : otherwise;
}

static int fails(size_t bytes) {
    if (bytes < large) return 0;
    const long own = atomic_fetch_add(&seen, 1) + 1, first = number("FAIL_AT", 0);
    return first > 0 && own >= first && own < first + number("FAIL_COUNT", 1);
}

void* malloc(size_t bytes) {
    static void* (*real)(size_t);
    if (!real) real = (void* (*)(size_t))dlsym(RTLD_NEXT, "malloc");
    if (!fails(bytes)) return real(bytes);
    errno = ENOMEM;
    return NULL;
}

int posix_memalign(void** place, size_t alignment, size_t bytes) {
    static int (*real)(void**, size_t, size_t);
    if (!real) real = (int (*)(void**, size_t, size_t))dlsym(RTLD_NEXT, "posix_memalign");
    return fails(bytes) ? ENOMEM : real(place, alignment, bytes);
}

void* aligned_alloc(size_t alignment, size_t bytes) {
    static void* (*real)(size_t, size_t);
    if (!real) real = (void* (*)(size_t, size_t))dlsym(RTLD_NEXT, "aligned_alloc");
    if (!fails(bytes)) return real(alignment, bytes);
    errno = ENOMEM;
    return NULL;
}

__attribute__((destructor)) static void tell(void) {
    const char* path = getenv("COUNT_TO");
    FILE* file = path ? fopen(path, "w") : NULL;
    if (!file) return;
    fprintf(file, "%ld\n", atomic_load(&seen));
    fclose(file);
}
