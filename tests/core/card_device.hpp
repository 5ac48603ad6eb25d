// The device that tests of what a GPU does run on.
#pragma once

#include <ATen/Context.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>

namespace neural_style::testing {

/// A real card, else one that a test brings, else the processor, whose kernels know half precision in LibTorch 2.
inline c10::Device card() {
    if (at::hasCUDA()) return c10::Device("cuda:0");
    constexpr auto brought = c10::DeviceType::PrivateUse1;
    return c10::impl::hasDeviceGuardImpl(brought) ? c10::Device(brought, 0) : c10::Device(at::kCPU);
}

}  // namespace neural_style::testing
