#include "download_weights.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <optional>
#include <sstream>
#include <thread>

#include "download.hpp"
#include "weights_match.hpp"
#include "weights_output.hpp"
#include "weights_safetensors.hpp"

namespace neural_style {
namespace {

constexpr std::uint64_t most_bytes = std::uint64_t(8) << 30;      // of a file whose size nobody knows
constexpr std::uint64_t longest_table = std::uint64_t(16) << 20;  // bytes of a remote table; VGG-19's has 3 KB
constexpr std::uint64_t probe_bytes = 512;
constexpr std::uint64_t sync_bytes = std::uint64_t(16) << 20;  // that a power cut may cost

/// Bytes of the remote file that follow one another in the part file.
struct Segment {
    std::uint64_t first = 0;
    std::uint64_t count = 0;  ///< 0: to the file's end, whose place is not known
};

struct Plan {
    std::string head;  ///< written before the first segment
    std::vector<Segment> segments;
    bool whole = false;
    std::uint64_t size() const {
        std::uint64_t sum = head.size();
        for (const Segment& segment : segments) {
            if (!segment.count) return 0;
            sum += segment.count;
        }
        return sum;
    }
};

/// Why a download cannot go on; leaves the loops below in one step.
struct GiveUp {
    WeightsDownloaded::Kind kind;
    std::string reason;
};

std::string state_path(const std::string& part_path) { return part_path + ".state"; }

/// The file under the part's name while bytes are added to it.
class PartFile {
public:
    explicit PartFile(const std::string& path) : path_(path) {
        file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
        if (file_ < 0) throw Error(Cause::output, path + " cannot be written.");
        size_ = std::uint64_t(std::max<off_t>(::lseek(file_, 0, SEEK_END), 0));
    }
    ~PartFile() { ::close(file_); }
    PartFile(const PartFile&) = delete;
    PartFile& operator=(const PartFile&) = delete;

    std::uint64_t size() const { return size_; }
    void add(const void* bytes, std::size_t count) {
        write_all(file_, bytes, count, path_);
        size_ += count;
    }
    void cut(std::uint64_t size) {
        if (size >= size_) return;
        if (::ftruncate(file_, off_t(size)) != 0) throw Error(Cause::output, path_ + " cannot be written.");
        ::lseek(file_, off_t(size), SEEK_SET);
        size_ = size;
    }
    void sync() { ::fsync(file_); }

private:
    std::string path_;
    int file_ = -1;
    std::uint64_t size_ = 0;
};

class Fetch {
public:
    Fetch(const Network& network, const WeightsDownload& wanted, const std::atomic<bool>& cancel,
          const std::function<void(std::uint64_t, std::uint64_t)>& on_progress)
        : network_(network), wanted_(wanted), cancel_(cancel), on_progress_(on_progress) {}

    WeightsDownloaded run() {
        try {
            for (int round = 0; round < 3; ++round) {
                // Of several machines behind one name each may have its own tags for the same file: do without, then.
                use_tags_ = round == 0;
                const std::optional<Plan> made = make_plan();
                if (!made) continue;
                const Plan& plan = *made;
                PartFile part(wanted_.part_path);
                identity_ = identity(plan);
                // Without a known length nobody can tell whether a part is complete.
                part.cut(plan.size() ? good_bytes() : 0);
                if (part.size() > plan.size() || part.size() < plan.head.size()) part.cut(0);
                if (part.size() == 0) part.add(plan.head.data(), plan.head.size());
                keep(part);
                most_ = part.size();
                try {
                    if (!fetch(plan, part)) continue;
                } catch (const GiveUp&) {
                    keep(part);
                    throw;
                }
                const std::uint64_t expected =
                    plan.whole && wanted_.expected_bytes ? wanted_.expected_bytes : plan.size();
                if (expected && part.size() != expected)
                    throw GiveUp{Kind::failed, "the server's file has another length than it says"};
                return {Kind::complete, plan.whole, ""};
            }
            throw GiveUp{Kind::failed, "the file changes on the server all the time"};
        } catch (const GiveUp& end) {
            return {end.kind, false, end.reason};
        } catch (const Error& error) {
            if (error.cause() == Cause::output) forget_download(wanted_.part_path);
            throw;
        }
    }

private:
    using Kind = WeightsDownloaded::Kind;

    /// Runs `once`, again and again with growing pauses while the connection breaks. `once` sets `moved` if it brought
    /// the file further than it ever was, and then the patience starts anew.
    template <class Once>
    DownloadEnd retried(Once once) {
        int pause = wanted_.wait_milliseconds;
        for (int attempt = 1;; ++attempt) {
            bool moved = false;
            const DownloadEnd end = once(moved);
            if (end.kind == DownloadEnd::Kind::cancelled) throw GiveUp{Kind::cancelled, ""};
            if (end.kind == DownloadEnd::Kind::refused) throw GiveUp{Kind::failed, end.reason};
            if (end.kind != DownloadEnd::Kind::broken) return end;
            if (moved) attempt = 1, pause = wanted_.wait_milliseconds;
            if (attempt >= wanted_.attempts) throw GiveUp{Kind::failed, end.reason};
            for (int waited = 0; waited < pause && !cancel_; waited += 20)
                std::this_thread::sleep_for(std::chrono::milliseconds(20));
            pause = std::min(2 * pause, 30'000);
        }
    }

    /// A small piece of the remote file. `answer` tells whether it could be had alone.
    std::string piece(std::uint64_t first, std::uint64_t count, DownloadAnswer& answer) {
        std::string bytes;
        retried([&](bool&) {
            bytes.clear();
            DownloadRequest request{wanted_.url, first, count, tag_, wanted_.stall_seconds};
            return download(request, cancel_, [&](const DownloadAnswer& said, const std::uint8_t* data, std::size_t n) {
                answer = said;
                const auto room = std::min<std::uint64_t>(n, count - bytes.size());
                bytes.append(reinterpret_cast<const char*>(data), std::size_t(room));
                return said.ranged || bytes.size() < count;  // the server ignores ranges: enough is enough
            });
        });
        return bytes;
    }

    /// Nothing if the file on the server turned out to be another one by now.
    std::optional<Plan> make_plan() {
        tag_.clear();
        DownloadAnswer answer;
        const std::string head =
            piece(0, wanted_.expected_bytes ? std::min(probe_bytes, wanted_.expected_bytes) : probe_bytes, answer);
        if (wanted_.expected_bytes && answer.total && answer.total != wanted_.expected_bytes)
            throw GiveUp{Kind::failed, "the server's file has " + std::to_string(answer.total) + " bytes instead of " +
                                           std::to_string(wanted_.expected_bytes)};
        if (answer.total > most_bytes) throw GiveUp{Kind::failed, "the server's file is too large for weights"};
        if (use_tags_) tag_ = answer.tag;
        total_ = answer.total;
        const std::vector<std::uint8_t> bytes(head.begin(), head.end());
        if (answer.ranged && total_ && looks_like_safetensors(bytes)) return parts_of_safetensors(bytes);
        Plan plan;
        plan.whole = true;
        plan.segments.push_back({0, total_});
        return plan;
    }

    std::optional<Plan> parts_of_safetensors(const std::vector<std::uint8_t>& head) {
        const std::uint64_t length = little_endian(head.data(), 8);
        if (length > longest_table) throw GiveUp{Kind::failed, "the server's file has no sensible table"};
        DownloadAnswer answer;
        const std::string table = piece(8, length, answer);
        if (!answer.ranged || table.size() != length || answer.total != total_) return std::nullopt;
        std::vector<std::pair<std::string, StoredTensor>> needed;
        try {
            needed = needed_tensors(network_, read_safetensors_table(table, total_));
        } catch (const Error& error) {
            throw GiveUp{Kind::failed, error.what()};
        }
        std::sort(needed.begin(), needed.end(),
                  [](const auto& a, const auto& b) { return a.second.offset < b.second.offset; });
        Plan plan;
        plan.head = safetensors_head(needed);
        for (const auto& [key, tensor] : needed) {
            const std::uint64_t count = tensor.elements * std::uint64_t(size_of(tensor.type));
            if (count == 0) continue;
            if (!plan.segments.empty() && plan.segments.back().first + plan.segments.back().count == tensor.offset)
                plan.segments.back().count += count;
            else
                plan.segments.push_back({tensor.offset, count});
        }
        return plan;
    }

    /// Adds what is missing; false if the file on the server turned out to be another one by now.
    bool fetch(const Plan& plan, PartFile& part) {
        std::uint64_t before = plan.head.size();  // bytes of the part file before the segment
        for (const Segment& segment : plan.segments) {
            while (!segment.count || part.size() < before + segment.count) {
                bool other = false;
                const std::uint64_t size_before = part.size();
                retried([&](bool& moved) {
                    const std::uint64_t have = part.size() - before;
                    const DownloadRequest request{wanted_.url, segment.first + have,
                                                  segment.count ? segment.count - have : 0, tag_,
                                                  wanted_.stall_seconds};
                    bool first = true;
                    return download(request, cancel_,
                                    [&](const DownloadAnswer& answer, const std::uint8_t* bytes, std::size_t count) {
                                        other = (answer.total && total_ && answer.total != total_) ||
                                                (!answer.ranged && !plan.whole);
                                        if (other) return false;
                                        if (!answer.ranged && first)
                                            part.cut(0);  // the server starts from the beginning again
                                        first = false;
                                        if (part.size() + count > (segment.count ? before + segment.count : most_bytes))
                                            throw GiveUp{Kind::failed, "the server sends more than it announced"};
                                        part.add(bytes, count);
                                        if (part.size() >= kept_ + sync_bytes) keep(part);
                                        if (part.size() > most_) moved = true, most_ = part.size();
                                        if (on_progress_) on_progress_(part.size(), plan.size());
                                        return true;
                                    });
                });
                if (other) return false;
                if (!segment.count) break;
                if (part.size() <= size_before)
                    throw GiveUp{Kind::failed, "the server's file has another length than it says"};
            }
            before += segment.count;
        }
        return true;
    }

    // What the bytes of the part file belong to: the same text, the same file.
    std::string identity(const Plan& plan) const {
        std::ostringstream text;
        text << wanted_.url << '\n' << tag_ << '\n' << total_ << '\n' << plan.whole << '\n' << plan.head.size();
        for (const Segment& segment : plan.segments) text << '\n' << segment.first << ' ' << segment.count;
        return text.str();
    }

    /// Makes sure that the bytes are on the disk before they count as fetched: after a power cut a file may have its
    /// length but zeros for its end.
    void keep(PartFile& part) {
        part.sync();
        kept_ = part.size();
        const std::string text = std::to_string(kept_) + "\n" + identity_;
        WeightsOutput output(state_path(wanted_.part_path));
        output.write(text.data(), text.size());
        output.commit();
    }

    /// How many bytes of the part file are on the disk for sure, and of the same remote file.
    std::uint64_t good_bytes() const {
        std::ifstream file(state_path(wanted_.part_path), std::ios::binary);
        std::uint64_t count = 0;
        std::ostringstream rest;
        if (!(file >> count) || file.get() != '\n') return 0;
        rest << file.rdbuf();
        return rest.str() == identity_ ? count : 0;
    }

    const Network& network_;
    const WeightsDownload& wanted_;
    const std::atomic<bool>& cancel_;
    const std::function<void(std::uint64_t, std::uint64_t)>& on_progress_;
    bool use_tags_ = true;
    std::string tag_;          ///< of the remote file as it was when the plan was made
    std::uint64_t total_ = 0;  ///< bytes of the whole remote file, 0: not known
    std::string identity_;     ///< of the plan that is carried out
    std::uint64_t kept_ = 0;   ///< bytes of the part file that are on the disk for sure
    std::uint64_t most_ = 0;   ///< bytes that the part file had at the most
};

}  // namespace

WeightsDownloaded download_weights(const Network& network, const WeightsDownload& wanted,
                                   const std::atomic<bool>& cancel,
                                   const std::function<void(std::uint64_t, std::uint64_t)>& on_progress) {
    return Fetch(network, wanted, cancel, on_progress).run();
}

void forget_download(const std::string& part_path) {
    ::unlink(part_path.c_str());
    ::unlink(state_path(part_path).c_str());
}

}  // namespace neural_style
