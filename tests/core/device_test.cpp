#include "run/device.hpp"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "neural-style/error.hpp"

namespace neural_style {
namespace {

TEST(Device, SaysItsCapabilityByItsRuntime) {
    void* const runtime = dlopen(FAKE_RUNTIME, RTLD_NOW | RTLD_LOCAL);
    ASSERT_TRUE(runtime) << dlerror();
    setenv("FAKE_CAPABILITY", "9", 1);
    EXPECT_EQ(compute_capability(runtime, 1).value_or(0), 9);
    EXPECT_FALSE(compute_capability(runtime, 0)) << "there is no such card";
    void* const other = dlopen("libm.so.6", RTLD_NOW | RTLD_LOCAL);
    ASSERT_TRUE(other) << dlerror();
    EXPECT_FALSE(compute_capability(other, 1)) << "no runtime";
    dlclose(other);
    dlclose(runtime);
}

TEST(Device, IsInHalfPrecisionByItselfWhereItHasUnitsForThat) {
    EXPECT_EQ(automatic_precision(true, 9), Precision::float16);
    EXPECT_EQ(automatic_precision(true, 7), Precision::float16);
    EXPECT_EQ(automatic_precision(true, 6), Precision::tf32);
    EXPECT_EQ(automatic_precision(true, std::nullopt), Precision::tf32);  // ROCm
    EXPECT_EQ(automatic_precision(false, std::nullopt), Precision::float32);
}

TEST(Device, OfTheProcessorIsFloat32UnlessToldOtherwise) {
    const c10::Device cpu("cpu");
    EXPECT_EQ(choose_precision("auto", cpu), Precision::float32);
    EXPECT_EQ(choose_precision("bfloat16", cpu), Precision::bfloat16);
    EXPECT_THROW(choose_precision("float16", cpu), Error);
    EXPECT_THROW(choose_precision("tf32", cpu), Error);
}

}  // namespace
}  // namespace neural_style
