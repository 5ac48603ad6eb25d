#include "cuda_passages.hpp"

#include <c10/core/DeviceGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <c10/util/Exception.h>
#include <dlfcn.h>

#include <array>
#include <map>
#include <utility>
#include <vector>

#include "passage_source.hpp"

namespace neural_style {
namespace {

// What is used of CUDA's compiler and driver, in C's words: no header of CUDA's is needed to build this. LibTorch loads
// both by one library of its own, in the versions that go together.
using Program = void*;
struct Cuda {
    int (*create)(Program*, const char* source, const char* name, int, const char* const*, const char* const*);
    int (*compile)(Program, int options, const char* const*);
    int (*cubin_size)(Program, std::size_t*);
    int (*cubin)(Program, char*);
    int (*destroy)(Program*);
    int (*current_device)(int*);
    int (*attribute)(int*, int which, int device);
    int (*load)(void** module, const void* cubin);
    int (*function)(void** function, void* module, const char* name);
    int (*launch)(void* function, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned shared,
                  void* stream, void** arguments, void** extra);
};

template <class Function>
bool find(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(library, name));
    return function;
}

// Null where something is missing.
const Cuda* cuda() {
    static const Cuda* const found = []() -> const Cuda* {
        static Cuda all;
        void* const library = dlopen("libcaffe2_nvrtc.so", RTLD_NOW);
        const bool complete =
            library && find(library, "nvrtcCreateProgram", all.create) &&
            find(library, "nvrtcCompileProgram", all.compile) && find(library, "nvrtcGetCUBINSize", all.cubin_size) &&
            find(library, "nvrtcGetCUBIN", all.cubin) && find(library, "nvrtcDestroyProgram", all.destroy) &&
            find(library, "cuCtxGetDevice", all.current_device) &&
            find(library, "cuDeviceGetAttribute", all.attribute) && find(library, "cuModuleLoadData", all.load) &&
            find(library, "cuModuleGetFunction", all.function) && find(library, "cuLaunchKernel", all.launch);
        return complete ? &all : nullptr;
    }();
    return found;
}

constexpr int capability_major = 75, capability_minor = 76;  // attributes of a device
constexpr unsigned block = 256;                              // threads

constexpr const char* names[] = {"pass_on_1", "pass_on_2", "pass_back_1", "pass_back_2", "picture_in", "picture_back"};
using Functions = std::array<void*, 6>;

// Compiled for the current device and loaded there; false if that is not to be had.
bool load_functions(const Cuda& cuda, c10::ScalarType number, Functions& functions) {
    int device = 0, major = 0, minor = 0;
    if (cuda.current_device(&device) || cuda.attribute(&major, capability_major, device) ||
        cuda.attribute(&minor, capability_minor, device))
        return false;
    const std::string source = passage_source(number);
    const std::string architecture = "--gpu-architecture=sm_" + std::to_string(10 * major + minor);
    const char* const options[] = {architecture.c_str(), "--std=c++17"};
    Program program = nullptr;
    if (cuda.create(&program, source.c_str(), "passage_kernels.cu", 0, nullptr, nullptr)) return false;
    std::size_t size = 0;
    std::vector<char> cubin;
    bool good = !cuda.compile(program, 2, options) && !cuda.cubin_size(program, &size);
    cubin.resize(size);
    good = good && size > 0 && !cuda.cubin(program, cubin.data());
    cuda.destroy(&program);
    void* module = nullptr;  // as long as the process
    good = good && !cuda.load(&module, cubin.data());
    for (std::size_t i = 0; good && i < functions.size(); ++i) good = !cuda.function(&functions[i], module, names[i]);
    return good;
}

class CudaPassages : public Passages {
public:
    CudaPassages(const Cuda& cuda, const Functions& functions, const c10::Device& device)
        : cuda_(cuda), functions_(functions), device_(device) {}

    void picture_in(const PictureIn& passage) override {
        const PassageShape& shape = passage.shape;
        launch(4, shape.height + 2 * shape.margin, shape.width + 2 * shape.margin, passage_channels, passage);
    }

    void picture_back(const PictureBack& passage) override {
        launch(5, passage.shape.height, passage.shape.width, passage_channels, passage);
    }

    void pass_on(const Passage& passage) override {
        const PassageShape& shape = passage.shape;
        launch(shape.pool - 1, shape.height / shape.pool + 2 * shape.margin,
               shape.width / shape.pool + 2 * shape.margin, shape.channels, passage);
    }

    void pass_back(const PassageBack& passage) override {
        const PassageShape& shape = passage.shape;
        launch(2 + shape.pool - 1, shape.height, shape.width, shape.channels, passage);
    }

private:
    template <class Arguments>
    void launch(int function, int height, int width, int channels, Arguments arguments) {
        const c10::DeviceGuard on_device(device_);
        const unsigned along = unsigned(width) * unsigned(channels / passage_channels);
        void* packed[] = {&arguments};
        void* const stream = c10::impl::VirtualGuardImpl(device_.type()).getStream(device_).native_handle();
        const int failure = cuda_.launch(functions_[std::size_t(function)], unsigned(height),
                                         (along + block - 1) / block, 1, block, 1, 1, 0, stream, packed, nullptr);
        TORCH_CHECK(failure == 0, "CUDA error: a kernel was not launched (", failure, ")");
    }

    const Cuda& cuda_;
    const Functions functions_;
    const c10::Device device_;
};

}  // namespace

std::unique_ptr<Passages> make_cuda_passages(const c10::Device& device, c10::ScalarType number) {
    // By device and number; null where they were not to be had. Compiling takes about a tenth of a second.
    static std::map<std::pair<int, c10::ScalarType>, std::unique_ptr<Functions>> loaded;
    if (!cuda()) return nullptr;
    const std::pair<int, c10::ScalarType> key = {device.index(), number};
    if (!loaded.count(key)) {
        const c10::DeviceGuard on_device(device);
        auto functions = std::make_unique<Functions>();
        loaded[key] = load_functions(*cuda(), number, *functions) ? std::move(functions) : nullptr;
    }
    return loaded[key] ? std::make_unique<CudaPassages>(*cuda(), *loaded[key], device) : nullptr;
}

}  // namespace neural_style
