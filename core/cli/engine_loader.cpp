#include "engine_loader.hpp"

#include <dlfcn.h>
#include <sys/resource.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>

#include "neural-style/error.hpp"

namespace neural_style {
namespace {

constexpr int keep_users_own = 0;  // setenv: what a person has set stays

// OpenBLAS takes a processor that is newer than itself for a generic one and runs its SSE kernels; a Gram product then
// costs five times what it could.
void choose_blas_kernels() {
#if defined(__x86_64__)
    __builtin_cpu_init();
    const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (avx2) setenv("OPENBLAS_CORETYPE", avx512 ? "SKYLAKEX" : "HASWELL", keep_users_own);
#endif
}

// OpenMP's threads wait for each other by spinning, for milliseconds. Where another program works too (GIMP, for one)
// they then burn the time that the thread they wait for would need: with four busy programs on two cores an evaluation
// took four times as long. A short spin costs nothing measurable where the machine is ours alone.
void spin_shortly() { setenv("GOMP_SPINCOUNT", "1000", keep_users_own); }

// LibTorch's libraries take 1 GiB of addresses as they are loaded (1.13 and OpenBLAS on two cores), and OpenBLAS, where
// it gets none for its threads, asks for ever and without a word.
void check_address_space() {
    constexpr rlim_t mib = 1 << 20, needed_mib = 1536;
    rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= needed_mib * mib)
        return;
    throw Error(Cause::memory, "LibTorch cannot be loaded into " + std::to_string(limit.rlim_cur / mib) +
                                   " MiB of addresses (ulimit -v); allow at least " + std::to_string(needed_mib) +
                                   " MiB.");
}

std::string own_folder() {
    char path[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path);
    if (length <= 0) return ".";
    const std::string text(path, std::size_t(length));
    return text.substr(0, text.rfind('/'));
}

std::string from(const std::string& folder, const std::string& path) {
    return path[0] == '/' ? path : folder + "/" + path;
}

EngineFunction load(const std::string& module, const char* name) {
    // Beside the program in the build folder, in the library folder when installed.
    void* library = nullptr;
    std::string why;
    for (const std::string& folder : {from(own_folder(), ENGINE_FOLDER), own_folder()}) {
        if (access((folder + module).c_str(), R_OK) != 0) continue;
        library = dlopen((folder + module).c_str(), RTLD_LAZY | RTLD_GLOBAL);
        if (library) break;
        why = dlerror();
    }
    void* function = library ? dlsym(library, name) : nullptr;
    if (!function)
        throw Error(Cause::internal, "The engine cannot be loaded (" +
                                         (why.empty() ? module.substr(1) + " is missing" : why) +
                                         "); install Neural Style again.");
    return reinterpret_cast<EngineFunction>(function);
}

}  // namespace

EngineFunction load_engine() {
    check_address_space();
    choose_blas_kernels();
    spin_shortly();
    return load("/neural-style-engine.so", engine_function_name);
}

EngineFunction load_pictures() { return load("/neural-style-pictures.so", pictures_function_name); }

}  // namespace neural_style
