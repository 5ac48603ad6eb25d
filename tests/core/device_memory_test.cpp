#include "run/device_memory.hpp"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace neural_style {
namespace {

TEST(DeviceMemory, OfACardIsWhatItsRuntimeSays) {
    void* const runtime = dlopen(FAKE_RUNTIME, RTLD_NOW | RTLD_LOCAL);
    ASSERT_TRUE(runtime) << dlerror();
    unsetenv("FAKE_FREE_MIB");
    EXPECT_FALSE(free_bytes_by_runtime(runtime)) << "the card is gone";
    setenv("FAKE_FREE_MIB", "70000", 1);
    EXPECT_EQ(free_bytes_by_runtime(runtime).value_or(0), std::size_t(70000) << 20);
    void* const other = dlopen("libm.so.6", RTLD_NOW | RTLD_LOCAL);
    ASSERT_TRUE(other) << dlerror();
    EXPECT_FALSE(free_bytes_by_runtime(other)) << "no runtime";
    dlclose(other);
    dlclose(runtime);
}

TEST(DeviceMemory, OfTheCpuIsTheProcesss) {
    const auto memory = memory_on(c10::Device("cpu"));
    ASSERT_TRUE(memory);
    EXPECT_GT(memory->resident_mib, 1);
    EXPECT_GT(memory->available_mib, 1);
    EXPECT_EQ(memory_budget(1234, c10::Device("cpu")), 1234);
    const double budget = memory_budget(0, c10::Device("cpu"));
    EXPECT_GT(budget, memory->resident_mib);
    EXPECT_LT(budget, memory->resident_mib + memory->available_mib * 1.5);
}

TEST(DeviceMemory, OfACardThatIsNotThereIsNotKnown) {
    EXPECT_FALSE(memory_on(c10::Device("cuda:63")));
    release_unused_device_memory();
}

}  // namespace
}  // namespace neural_style
