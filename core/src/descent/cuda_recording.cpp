#include "cuda_recording.hpp"

#include <ATen/cuda/CUDAGraph.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/StreamGuard.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAStream.h>

namespace neural_style {
namespace {

// CUDA's own guards would call its runtime from here, which is linked with LibTorch alone.
class CudaRecording : public Recording {
public:
    explicit CudaRecording(const c10::Device& device) : device_(device) {}

    void record(const std::function<void()>& work) override {
        const c10::DeviceGuard on_device(device_);
        // A graph has memory of its own, which may not be taken from what LibTorch keeps for later.
        c10::cuda::getCurrentCUDAStream().unwrap().synchronize();
        c10::cuda::CUDACachingAllocator::emptyCache();
        const c10::StreamGuard aside(c10::cuda::getStreamFromPool(false, device_.index()).unwrap());
        // Thread-local: autograd launches from a thread of its own, and others may use the card meanwhile.
        graph_.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
        try {
            work();
        } catch (...) {
            end_failed();
            throw;
        }
        graph_.capture_end();
    }

    void replay() override {
        const c10::DeviceGuard on_device(device_);
        graph_.replay();
    }

private:
    // The stream must leave its state; what went wrong is known already.
    void end_failed() {
        try {
            graph_.capture_end();
        } catch (const c10::Error&) {
        }
    }

    c10::Device device_;
    at::cuda::CUDAGraph graph_;
};

}  // namespace

std::unique_ptr<Recording> make_cuda_recording(const c10::Device& device) {
    return std::make_unique<CudaRecording>(device);
}

}  // namespace neural_style
