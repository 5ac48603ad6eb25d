#include "device.hpp"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <c10/util/Exception.h>
#include <dlfcn.h>
#include <torch/version.h>

#ifdef HAVE_DEVICE_ALLOCATOR
#include <ATen/DeviceAccelerator.h>
#endif

#include <algorithm>
#include <fstream>
#include <set>
#include <thread>
#include <utility>

#include "neural-style/error.hpp"
#include "torch_failure.hpp"

namespace neural_style {
namespace {

// "cuda" (which is what LibTorch calls ROCm's cards too), "xpu" or "mps", and how many there are. A device that an
// extension of LibTorch brings ("privateuseone", if it has given itself no name) comes before them.
std::pair<std::string, int> cards() {
    constexpr auto brought = c10::DeviceType::PrivateUse1;
    if (c10::impl::hasDeviceGuardImpl(brought))
        return {c10::DeviceTypeName(brought, /*lower_case=*/true),
                int(c10::impl::getDeviceGuardImpl(brought)->deviceCount())};
#ifdef HAVE_DEVICE_ALLOCATOR
    const auto type = at::accelerator::getAccelerator(false);
    if (!type) return {"", 0};
    return {c10::DeviceTypeName(*type, /*lower_case=*/true), int(at::accelerator::deviceCount())};
#else
    return {"cuda", at::hasCUDA() ? int(at::detail::getCUDAHooks().getNumGPUs()) : 0};
#endif
}

int physical_cores() {
    std::ifstream info("/proc/cpuinfo");
    std::set<std::pair<std::string, std::string>> cores;  // socket and core
    std::string line, socket;
    while (std::getline(info, line)) {
        const auto value = line.substr(std::min(line.size(), line.find(':') + 1));
        if (line.rfind("physical id", 0) == 0) socket = value;
        if (line.rfind("core id", 0) == 0) cores.insert({socket, value});
    }
    const int logical = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));  // heeds the affinity mask
    return cores.empty() ? logical : std::min(logical, static_cast<int>(cores.size()));
}

}  // namespace

std::vector<std::string> usable_devices() {
    std::vector<std::string> names = {"cpu"};
    const auto [kind, count] = cards();
    for (int i = 0; i < count; ++i) names.push_back(kind + ":" + std::to_string(i));
    return names;
}

std::string engine_facts() {
    return std::string("LibTorch " TORCH_VERSION "\n") + at::show_config() + "\n" + at::get_parallel_info();
}

std::string trouble_with(const c10::Device& device) {
    if (device.is_cpu()) return {};
    try {
        constexpr int edge = 8;
        const at::Tensor ones = at::ones({edge, edge}, at::TensorOptions(at::kFloat).device(device));
        const float sum = at::mm(ones, ones).sum().item<float>();
        return sum == edge * edge * edge ? "" : "it computes wrongly";
    } catch (const c10::Error& error) {
        const std::string text = error.what_without_backtrace();
        return failure_in(text) == TorchFailure::memory ? "" : text.substr(0, text.find('\n'));
    }
}

c10::Device resolve_device(const std::string& text) {
    const auto names = usable_devices();
    if (text == "auto") {
        const auto computes = [](const std::string& name) { return trouble_with(c10::Device(name)).empty(); };
        const auto found = std::find_if(names.begin() + 1, names.end(), computes);
        return c10::Device(found == names.end() ? names.front() : *found);
    }
    const std::string wanted = text == "cpu" || text.find(':') != std::string::npos ? text : text + ":0";
    if (std::find(names.begin(), names.end(), wanted) != names.end()) return c10::Device(wanted);
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
    throw Error(Cause::device,
                "The device \"" + text + "\" cannot be used here; this machine and its LibTorch have: " + list + ".");
}

Precision automatic_precision(bool on_cuda, std::optional<int> capability) {
    constexpr int volta = 7;  // the first with such units
    if (!on_cuda) return Precision::float32;
    return capability.value_or(0) >= volta ? Precision::float16 : Precision::tf32;
}

std::optional<int> compute_capability(void* runtime, int index) {
    constexpr int capability_major = 75;  // an attribute's number
    const auto ask = reinterpret_cast<int (*)(int*, int, int)>(dlsym(runtime, "cudaDeviceGetAttribute"));
    int major = 0;
    if (!ask || ask(&major, capability_major, index) != 0) return {};
    return major;
}

Precision choose_precision(const std::string& text, const c10::Device& device) {
    if (text == "tf32" && !device.is_cuda())
        throw Error(Cause::settings, "The precision tf32 needs an NVIDIA GPU and the run is on " + device.str() +
                                         "; choose float32 or bfloat16.");
    if (text == "float16" && device.is_cpu())
        throw Error(Cause::settings,
                    "The precision float16 needs a GPU and the run is on cpu; choose float32 or bfloat16.");
    Precision precision = Precision::float32;
    if (text == "float16") precision = Precision::float16;
    if (text == "bfloat16") precision = Precision::bfloat16;
    if (text == "tf32") precision = Precision::tf32;
    if (text == "auto")
        precision = automatic_precision(
            device.is_cuda(), device.is_cuda() ? compute_capability(RTLD_DEFAULT, device.index()) : std::nullopt);
    at::globalContext().setAllowTF32CuDNN(precision != Precision::float32);
    at::globalContext().setAllowTF32CuBLAS(false);
    return precision;
}

std::string name_of(Precision precision) {
    switch (precision) {
        case Precision::tf32:
            return "tf32";
        case Precision::float16:
            return "float16";
        case Precision::bfloat16:
            return "bfloat16";
        default:
            return "float32";
    }
}

void search_fastest_convolutions(bool search) { at::globalContext().setBenchmarkCuDNN(search); }

int set_threads(int wanted) {
    const int threads = wanted > 0 ? wanted : physical_cores();
    at::set_num_threads(threads);
    return threads;
}

}  // namespace neural_style
