// Why the engine has no graphics card, for computers of all kinds: each is a folder with the files that it would have.
#include "device_report.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

using namespace neural_style;
namespace fs = std::filesystem;

namespace {

class Computer : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "computer-XXXXXX";
        root_ = ::mkdtemp(pattern.data());
        ::unsetenv("NEURAL_STYLE_WORKER");
        hello_.devices = {"cpu"};
    }
    void TearDown() override { fs::remove_all(root_); }

    void put(const std::string& path, const std::string& text) {
        fs::create_directories((root_ + "/" + path).substr(0, (root_ + "/" + path).rfind('/')));
        std::ofstream(root_ + "/" + path) << text << "\n";
    }
    void put_card(const std::string& vendor) {
        put("sys/bus/pci/devices/0000:01:00.0/class", "0x030000");
        put("sys/bus/pci/devices/0000:01:00.0/vendor", vendor);
        put("sys/bus/pci/devices/0000:01:00.0/device", "0x2330");
    }
    DeviceReport report() { return device_report(hello_, root_); }

    std::string root_;
    wire::Hello hello_;
};

}  // namespace

TEST_F(Computer, EachReasonHasItsSentence) {
    std::set<std::string> verdicts;
    verdicts.insert(report().verdict);
    put_card("0x8086");
    verdicts.insert(report().verdict);
    put_card("0x10de");
    verdicts.insert(report().verdict);
    put("proc/driver/nvidia/version", "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.1");
    verdicts.insert(report().verdict);
    put("dev/nvidia0", "");
    hello_.facts = "LibTorch 1.13.1\nUSE_CUDA=0";
    verdicts.insert(report().verdict);
    hello_.facts = "LibTorch 2.1\nCUDA Runtime 12.1";
    verdicts.insert(report().verdict);
    EXPECT_FALSE(report().uses_gpu);
    hello_.devices = {"cpu", "cuda:0"};
    EXPECT_TRUE(report().uses_gpu);
    verdicts.insert(report().verdict);
    EXPECT_EQ(verdicts.size(), 7u);
}

TEST_F(Computer, ASandboxIsNamed) {
    put_card("0x10de");
    put(".flatpak-info", "[Application]");
    EXPECT_NE(report().verdict.find("sandbox"), std::string::npos);
}

TEST_F(Computer, TheTextHasWhatAReportNeeds) {
    put_card("0x10de");
    put("proc/driver/nvidia/version", "NVRM 535.1");
    hello_.facts = "LibTorch 1.13.1";
    hello_.version = "9.9";
    const std::string text = report().text;
    for (const char* part : {"NVIDIA (0x10de:0x2330)", "NVRM 535.1", "LibTorch 1.13.1", "engine 9.9"})
        EXPECT_NE(text.find(part), std::string::npos) << part;
}
