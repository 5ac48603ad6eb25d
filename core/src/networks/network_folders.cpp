// Where descriptions and weights lie on this machine.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "network.hpp"
#include "neural-style/data_folder.hpp"

namespace fs = std::filesystem;

namespace neural_style {
namespace {

constexpr std::uintmax_t largest_description = 1 << 20;  // bytes

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

// The XDG rules: a relative path in such a variable is to be ignored.
fs::path base_folder(const char* name, const char* below_home) {
    const fs::path set = variable(name);
    if (set.is_absolute()) return set;
    const std::string home = variable("HOME");
    return home.empty() ? fs::path() : fs::path(home) / below_home;
}

bool is_file(const fs::path& path) {
    std::error_code ignored;
    return fs::is_regular_file(path, ignored);
}

std::string read_description(const fs::path& path) {
    std::error_code failed;
    const auto size = fs::file_size(path, failed);
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    if (!failed && size <= largest_description && file) text << file.rdbuf();
    if (failed || size > largest_description || !file)
        throw Error(Cause::settings, "The network description " + path.string() + " cannot be read.");
    return text.str();
}

bool is_description(const std::string& name) {
    return name.size() > 4 && name.compare(name.size() - 4, 4, ".ini") == 0;
}

}  // namespace

std::vector<std::string> network_folders() {
    std::vector<std::string> folders;
    const auto add = [&](const fs::path& folder) {
        if (!folder.empty() && std::find(folders.begin(), folders.end(), folder.string()) == folders.end())
            folders.push_back(folder.string());
    };
    const fs::path own = base_folder("XDG_DATA_HOME", ".local/share");
    if (!own.empty()) add(own / "neural-style" / "networks");
    // A Flatpak has a data folder of its own. What was fetched in a terminal lies in the usual one.
    if (own.string().find("/.var/app/") != std::string::npos && !variable("HOME").empty())
        add(fs::path(variable("HOME")) / ".local/share/neural-style/networks");
    std::istringstream more(variable("NEURAL_STYLE_NETWORKS"));
    for (std::string folder; std::getline(more, folder, ':');) add(folder);
    add(fs::path(data_folder()) / "networks");  // those that come with the program
    return folders;
}

Network find_network(const std::string& name) {
    if (is_description(name)) return read_network(read_description(name), name);
    if (name.find('/') == std::string::npos)
        for (const std::string& folder : network_folders()) {
            const fs::path path = fs::path(folder) / (name + ".ini");
            if (is_file(path)) return read_network(read_description(path), path.string());
        }
    std::string known;
    for (const Network& network : all_networks()) known += (known.empty() ? "" : ", ") + network.name;
    throw Error(Cause::settings,
                "There is no network called \"" + name + "\"; there are " + (known.empty() ? "none" : known) + ".");
}

std::vector<Network> all_networks(std::vector<std::string>* mistakes) {
    std::map<std::string, Network> networks;
    for (const std::string& folder : network_folders()) {
        std::vector<fs::path> paths;
        std::error_code failed;
        for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed))
            if (is_description(entry->path().filename().string())) paths.push_back(entry->path());
        std::sort(paths.begin(), paths.end());
        for (const fs::path& path : paths) {
            const std::string name = path.stem().string();
            if (networks.count(name)) continue;
            try {
                networks.emplace(name, read_network(read_description(path), path.string()));
            } catch (const Error& error) {
                if (mistakes) mistakes->push_back(error.what());
            }
        }
    }
    std::vector<Network> list;
    for (auto& [name, network] : networks) list.push_back(std::move(network));
    return list;
}

std::string installed_weights(const Network& network) {
    if (network.built_in) {
        fs::path beside = network.description_path;
        for (const char* kind : {".pth", ".safetensors"})  // the first where the program cannot read the second
            if (is_file(beside.replace_extension(kind))) return beside.string();
        return {};
    }
    std::vector<std::string> names = {network.name + ".safetensors", network.name + ".pth"};
    names.insert(names.end(), network.file_names.begin(), network.file_names.end());
    for (const std::string& folder : network_folders())
        for (const std::string& name : names)
            if (is_file(fs::path(folder) / name)) return (fs::path(folder) / name).string();
    // What torchvision has downloaded for a Python program already.
    fs::path cache = variable("TORCH_HOME");
    if (cache.empty()) {
        cache = base_folder("XDG_CACHE_HOME", ".cache");
        if (cache.empty()) return {};
        cache /= "torch";
    }
    for (const std::string& name : network.file_names)
        if (is_file(cache / "hub" / "checkpoints" / name)) return (cache / "hub" / "checkpoints" / name).string();
    return {};
}

std::string auto_network() {
    try {
        if (!installed_weights(find_network("vgg19")).empty()) return "vgg19";
    } catch (const Error&) {  // a description with mistakes: what was not asked for by name is not complained about
    }
    return "builtin";
}

}  // namespace neural_style
