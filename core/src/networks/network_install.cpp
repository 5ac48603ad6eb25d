#include "network_install.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "download_weights.hpp"
#include "weights_file.hpp"
#include "weights_match.hpp"
#include "weights_output.hpp"
#include "weights_safetensors.hpp"

namespace fs = std::filesystem;

namespace neural_style {
namespace {

using Stage = InstallProgress::Stage;

/// Held while one program installs; a second one is told so rather than spoiling the first one's files.
class InstallLock {
public:
    explicit InstallLock(const std::string& path) {
        file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
        if (file_ < 0) throw Error(Cause::output, path + " cannot be written.");
        if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
            ::close(file_);
            throw Error(Cause::settings, "Another program is installing the same network just now; wait for it.");
        }
    }
    ~InstallLock() { ::close(file_); }
    InstallLock(const InstallLock&) = delete;
    InstallLock& operator=(const InstallLock&) = delete;

private:
    int file_ = -1;
};

bool is_url(const std::string& text) { return text.find("://") != std::string::npos; }

bool starts_with(const std::string& text, const std::string& start) {
    return text.compare(0, start.size(), start) == 0;
}

/// Whether the bytes of such a URL can be trusted without a known hash: by its certificate, or because it never leaves
/// this machine.
bool is_safe(const std::string& url) {
    for (const char* start : {"https://", "http://localhost/", "http://localhost:", "http://127.0.0.1/",
                              "http://127.0.0.1:", "http://[::1]/", "http://[::1]:"})
        if (starts_with(url, start)) return true;
    return false;
}

/// A file that was fetched or given, before it is installed.
struct Candidate {
    std::string path;
    std::string source;           ///< URL or path, for people
    bool whole = true;            ///< the source's file byte for byte, so that its SHA-256 means something
    std::string promised_sha256;  ///< that it must have: all digits, the first ones, or "" if nothing is promised
};

class Installer {
public:
    Installer(const Network& network, const InstallOptions& options, const std::atomic<bool>& cancel)
        : network_(network), options_(options), cancel_(cancel) {
        if (network.built_in)
            throw Error(Cause::settings,
                        "The network " + network.name + " is part of the program, so there is nothing to install.");
        const auto folders = network_folders();
        folder_ = folders.front();
        target_ = (fs::path(folder_) / (network.name + ".safetensors")).string();
    }

    InstallOutcome run() {
        make_folder(folder_);
        const InstallLock lock((fs::path(folder_) / ("." + network_.name + ".lock")).string());
        if (!options_.from.empty() && !is_url(options_.from)) return take({options_.from, options_.from, true, ""});

        std::vector<WeightsSource> sources = network_.sources;
        if (!options_.from.empty()) {
            WeightsSource given;
            given.name = "given";
            given.url = options_.from;
            sources = {given};
        }
        std::string failures;
        for (const WeightsSource& source : sources) {
            std::string reason;
            const auto outcome = fetch(source, reason);
            if (outcome) return *outcome;
            failures += (failures.empty() ? "" : "; ") + source.url + ": " + reason;
        }
        if (sources.empty()) failures = "its description names no source";
        throw Error(Cause::weights, "The weights of " + network_.name + " could not be fetched (" + failures +
                                        "); check the connection, or install a file that you have with --get-network " +
                                        network_.name + " --from FILE.");
    }

private:
    std::string part_path(const WeightsSource& source) const {
        return (fs::path(folder_) / ("." + network_.name + "." + source.name + ".part")).string();
    }

    void tell(Stage stage, const std::string& source, std::uint64_t done, std::uint64_t total) const {
        if (options_.on_progress) options_.on_progress({stage, done, total, source});
    }

    /// Nothing and a reason if another source should be tried.
    std::optional<InstallOutcome> fetch(const WeightsSource& source, std::string& reason) {
        if (!is_safe(source.url) && source.sha256.size() != 64) {
            reason = "only https is safe for a file whose SHA-256 is not known";
            return std::nullopt;
        }
        const std::string part = part_path(source);
        // The bytes that an earlier try left may be bad in a way that only the whole file's hash shows: once more,
        // then.
        const bool resumed = fs::exists(part);
        for (int round = 0; round < (resumed ? 2 : 1); ++round) {
            WeightsDownload wanted{source.url,        source.size_bytes,         part, options_.stall_seconds,
                                   options_.attempts, options_.wait_milliseconds};
            const auto downloaded = download_weights(
                network_, wanted, cancel_,
                [&](std::uint64_t done, std::uint64_t total) { tell(Stage::downloading, source.url, done, total); });
            reason = downloaded.reason;
            if (downloaded.kind == WeightsDownloaded::Kind::failed) return std::nullopt;
            if (downloaded.kind == WeightsDownloaded::Kind::cancelled) return cancelled();
            try {
                const InstallOutcome outcome =
                    take({part, source.url, downloaded.whole, downloaded.whole ? source.sha256 : ""});
                if (!outcome.cancelled)
                    for (const WeightsSource& any : network_.sources) forget_download(part_path(any));
                if (!outcome.cancelled) forget_download(part);
                return outcome;
            } catch (const Error& error) {
                forget_download(part);
                if (error.cause() == Cause::output) throw;
                reason = error.what();
            }
        }
        // The sentence names the part file, which is gone by now and never was of interest.
        for (std::size_t at; (at = reason.find("The weights file " + part + " ")) != std::string::npos;)
            reason.replace(at, std::string("The weights file " + part).size(), "the server's file");
        if (!reason.empty() && reason.back() == '.') reason.pop_back();
        return std::nullopt;
    }

    static InstallOutcome cancelled() {
        InstallOutcome outcome;
        outcome.cancelled = true;
        return outcome;
    }

    [[noreturn]] void refuse(const Candidate& candidate, const std::string& why) const {
        throw Error(Cause::weights, "The weights file " + candidate.path + " cannot be used: " + why + ".");
    }

    InstallOutcome take(const Candidate& candidate) {
        InstallOutcome outcome;
        outcome.path = target_;
        outcome.record.network = network_.name;
        outcome.record.source = is_url(candidate.source) ? candidate.source : fs::absolute(candidate.source).string();
        if (candidate.whole) {
            outcome.record.source_sha256 = sha256_of(
                candidate.path, cancel_,
                [&](std::uint64_t done, std::uint64_t total) { tell(Stage::checking, candidate.source, done, total); });
            if (cancel_) return cancelled();
            compare_hash(candidate, outcome.record);
        }
        {
            const WeightsFile file(candidate.path);
            std::vector<std::pair<std::string, StoredTensor>> tensors;
            try {
                tensors = needed_tensors(network_, file.tensors());
            } catch (const Error& error) {
                refuse(candidate, error.what());
            }
            const auto numbers = [&](std::size_t i) { return file.read_floats(tensors[i].first, tensors[i].second); };
            if (const auto other = foreign_network(network_, numbers(0), numbers(1)); !other.empty())
                refuse(candidate, "by its numbers it is one of the network " + other + ", not of " + network_.name +
                                      "; install it with --get-network " + other);
            WeightsOutput output(target_);
            if (!write(file, tensors, candidate, output)) return cancelled();
            output.commit();
            ::unlink(record_path(target_).c_str());  // it speaks of the file before
        }
        static const std::atomic<bool> never{false};
        outcome.record.sha256 = sha256_of(target_, never, {});
        write_record(target_, outcome.record);
        outcome.record = read_record(target_).value_or(outcome.record);
        return outcome;
    }

    void compare_hash(const Candidate& candidate, WeightsRecord& record) const {
        const std::string& hash = record.source_sha256;
        if (!candidate.promised_sha256.empty()) {
            if (!starts_with(hash, candidate.promised_sha256))
                refuse(candidate, "its SHA-256 is " + hash + " instead of " + candidate.promised_sha256 +
                                      ", so it is damaged or another file");
            record.source_checked = true;
            return;
        }
        for (const WeightsSource& known : network_.sources)
            if (!known.sha256.empty() && starts_with(hash, known.sha256)) record.source_checked = true;
        if (record.source_checked) return;
        for (const Network& other : all_networks())
            for (const WeightsSource& known : other.sources)
                if (!known.sha256.empty() && starts_with(hash, known.sha256))
                    refuse(candidate, "by its SHA-256 it belongs to the network " + other.name + ", not to " +
                                          network_.name + "; install it with --get-network " + other.name);
    }

    /// Checks every number and copies the convolutions as they are stored, or as float32 what safetensors has not;
    /// false if cancelled.
    bool write(const WeightsFile& file, const std::vector<std::pair<std::string, StoredTensor>>& tensors,
               const Candidate& candidate, WeightsOutput& output) const {
        auto written = tensors;
        std::uint64_t total = 0, done = 0;
        for (auto& [name, tensor] : written) {
            if (!is_plain(tensor)) tensor.type = NumberType::float32;
            total += tensor.elements * std::uint64_t(size_of(tensor.type));
        }
        const std::string head = safetensors_head(written);
        output.write(head.data(), head.size());
        for (std::size_t i = 0; i < tensors.size(); ++i) {
            const auto& [name, tensor] = tensors[i];
            if (cancel_) return false;
            const std::vector<float> floats = file.read_floats(name, tensor);
            is_plain(tensor) ? copy(file, tensor, candidate, output) : write(floats, output);
            done += tensor.elements * std::uint64_t(size_of(written[i].second.type));
            tell(Stage::writing, candidate.source, done, total);
        }
        return true;
    }

    void copy(const WeightsFile& file, const StoredTensor& tensor, const Candidate& candidate,
              WeightsOutput& output) const {
        std::vector<std::uint8_t> piece(1 << 20);
        const std::uint64_t size = stored_size(tensor);
        for (std::uint64_t at = 0; at < size;) {
            const auto count = std::size_t(std::min<std::uint64_t>(piece.size(), size - at));
            try {
                file.bytes().read(tensor.offset + at, piece.data(), count);
            } catch (const Error& error) {
                refuse(candidate, error.what());
            }
            output.write(piece.data(), count);
            at += count;
        }
    }

    static void write(const std::vector<float>& floats, WeightsOutput& output) {
        std::vector<std::uint8_t> bytes;
        bytes.reserve(4 * floats.size());
        for (const float number : floats) {
            std::uint32_t bits;
            std::memcpy(&bits, &number, sizeof bits);
            for (int i = 0; i < 4; ++i) bytes.push_back(std::uint8_t(bits >> (8 * i)));
        }
        output.write(bytes.data(), bytes.size());
    }

    const Network& network_;
    const InstallOptions& options_;
    const std::atomic<bool>& cancel_;
    std::string folder_, target_;
};

std::string megabytes(std::uint64_t bytes) { return std::to_string((bytes + 500'000) / 1'000'000) + " MB"; }

}  // namespace

InstallOutcome install_weights(const Network& network, const InstallOptions& options, const std::atomic<bool>& cancel) {
    return Installer(network, options, cancel).run();
}

InstalledNetwork look_up(const Network& network, bool in_full) {
    InstalledNetwork installed;
    installed.network = network;
    installed.weights = installed_weights(network);
    if (!installed.weights.empty()) {
        installed.record = read_record(installed.weights);
        installed.state = check_record(installed.weights, in_full);
    }
    return installed;
}

std::string say(const InstalledNetwork& installed) {
    if (installed.network.built_in) {
        if (installed.weights.empty())
            return "Part of the program, but its weights are missing: install the program again.";
        if (installed.state == RecordState::changed)
            return "Part of the program, but its weights are damaged: install the program again.";
        return "Part of the program.";
    }
    if (installed.weights.empty())
        return "Not installed; neural-style --get-network " + installed.network.name + " gets it.";
    std::error_code ignored;
    std::string text = installed.weights + " (" + megabytes(fs::file_size(installed.weights, ignored)) + "), ";
    if (installed.state == RecordState::changed)
        return text + "changed since it was installed: install it again with --get-network " + installed.network.name +
               ".";
    if (!installed.record) return text + "put there by hand, not checked.";
    text += "from " + installed.record->source + ", ";
    if (installed.record->source_checked) return text + "checked by the SHA-256 known for it.";
    if (installed.record->source_sha256.empty())
        return text + "only the part needed was fetched, so no known SHA-256 applies.";
    return text + "not checked: its SHA-256 is not among the known ones.";
}

std::string networks_text() {
    std::string text;
    std::vector<std::string> mistakes;
    for (const Network& network : all_networks(&mistakes)) {
        text += network.name + ": " + network.title + "\n    " + say(look_up(network, false)) + "\n";
        if (!network.attribution.empty()) text += "    By " + network.attribution + ".\n";
        if (!network.licence.empty()) text += "    Licence: " + network.licence + ".\n";
    }
    for (const std::string& mistake : mistakes) text += mistake + "\n";
    return text;
}

}  // namespace neural_style
