#include "device_report.hpp"

#include <glib.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <vector>

#include "text.hpp"

namespace neural_style {
namespace {

std::string first_line(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

bool exists(const std::string& path) { return g_file_test(path.c_str(), G_FILE_TEST_EXISTS); }

struct Card {
    std::string vendor;
    std::string id;
};

/// Display controllers on the PCI bus.
std::vector<Card> cards(const std::string& root) {
    std::vector<Card> found;
    const std::string bus = root + "/sys/bus/pci/devices";
    GDir* devices = g_dir_open(bus.c_str(), 0, nullptr);
    if (!devices) return found;
    while (const char* name = g_dir_read_name(devices)) {
        const std::string device = bus + "/" + name;
        if (first_line(device + "/class").rfind("0x03", 0) != 0) continue;
        const std::string vendor = first_line(device + "/vendor");
        const char* known = vendor == "0x10de"   ? "NVIDIA"
                            : vendor == "0x1002" ? "AMD"
                            : vendor == "0x8086" ? "Intel"
                                                 : vendor.c_str();
        found.push_back({known, vendor + ":" + first_line(device + "/device")});
    }
    g_dir_close(devices);
    return found;
}

/// What LibTorch says of how it was built; "" where it says nothing.
bool built_with_cuda(const std::string& facts) {
    return facts.find("CUDA Runtime") != std::string::npos || facts.find("USE_CUDA=1") != std::string::npos ||
           facts.find("USE_CUDA=ON") != std::string::npos;
}

}  // namespace

DeviceReport device_report(const wire::Hello& hello, const std::string& root) {
    DeviceReport report;
    const auto found = cards(root);
    const bool nvidia =
        std::any_of(found.begin(), found.end(), [](const Card& card) { return card.vendor == "NVIDIA"; });
    const bool sandbox = exists(root + "/.flatpak-info");
    const std::string driver = first_line(root + "/proc/driver/nvidia/version");
    const bool device_file = exists(root + "/dev/nvidia0");
    const char* command = g_getenv("NEURAL_STYLE_WORKER");
    report.uses_gpu = std::any_of(hello.devices.begin(), hello.devices.end(),
                                  [](const std::string& device) { return device != "cpu"; });

    if (report.uses_gpu)
        report.verdict = _("The engine has a graphics card and uses it unless the device is set to the processor.");
    else if (command && *command)
        report.verdict = _("The engine is a command of its own (NEURAL_STYLE_WORKER) and offers only the processor.");
    else if (sandbox && !device_file)
        report.verdict =
            _("GIMP runs in a sandbox that shows it no graphics card. Give it access to all devices, for "
              "example with “flatpak override --device=all org.gimp.GIMP”.");
    else if (found.empty())
        report.verdict = _("No graphics card was found in this computer, so the processor paints.");
    else if (!nvidia)
        report.verdict = _("The graphics card is not one that this engine can compute on; it needs one by NVIDIA.");
    else if (driver.empty())
        report.verdict =
            _("There is an NVIDIA card but no driver by NVIDIA is loaded. Install your system's package of it "
              "and start the computer again.");
    else if (!device_file)
        report.verdict = _("The driver by NVIDIA is loaded, but its device files are missing or hidden from GIMP.");
    else if (!built_with_cuda(hello.facts))
        report.verdict =
            _("There is an NVIDIA card with its driver, but the LibTorch in use was built without CUDA. Build "
              "Neural Style against a LibTorch with CUDA.");
    else
        report.verdict =
            _("The driver and LibTorch do not fit together: most likely the driver is too old for this "
              "LibTorch, or the card is older than it supports. Bring the driver up to date.");

    std::ostringstream text;
    text << "Neural Style " << NEURAL_STYLE_VERSION << ", engine " << (hello.version.empty() ? "?" : hello.version)
         << "\n";
    text << "Worker command: " << (command && *command ? command : "as installed") << "\n";
    text << "Devices the engine offers:";
    for (const std::string& device : hello.devices) text << " " << device;
    text << "\nNetwork for \"auto\": " << hello.auto_network << "\nGraphics cards:";
    for (const Card& card : found) text << " " << card.vendor << " (" << card.id << ")";
    if (found.empty()) text << " none";
    text << "\nNVIDIA driver: " << (driver.empty() ? "none" : driver)
         << "\n/dev/nvidia0: " << (device_file ? "yes" : "no");
    text << "\nFlatpak sandbox: " << (sandbox ? "yes" : "no") << "\n\n" << hello.facts;
    report.text = text.str();
    while (!report.text.empty() && report.text.back() == '\n') report.text.pop_back();
    return report;
}

}  // namespace neural_style
