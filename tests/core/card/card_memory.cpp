#include "card_memory.hpp"

#include <c10/util/Exception.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>

namespace neural_style::testing {
namespace {

std::atomic<std::size_t> used = 0;
Tape* recording_tape = nullptr;
int tapes = 0;  // there are

class Memory final : public c10::Allocator {
public:
    c10::DataPtr taken(std::size_t bytes) const {
        PretendCard& card = pretend_card();
        const std::lock_guard<std::mutex> hold(lock_);
        if (used + bytes > card.limit) TORCH_CHECK(false, "CUDA out of memory. Tried to allocate ", bytes, " bytes.");
        void* const data = std::malloc(std::max<std::size_t>(bytes, 1));
        std::memset(data, 0xFF, bytes);  // no number: memory that nobody has written to must not be read
        blocks_[data] = {bytes, recording_tape, false};
        used += bytes;
        card.peak = std::max<std::size_t>(card.peak, used);
        return {data, data, &Memory::free, the_card};
    }
    c10::DeleterFnPtr raw_deleter() const override { return &Memory::free; }
#if __has_include(<ATen/DeviceAccelerator.h>)  // LibTorch 2
    c10::DataPtr allocate(std::size_t bytes) override { return taken(bytes); }
    void copy_data(void* to, const void* from, std::size_t count) const override { std::memcpy(to, from, count); }
#else
    c10::DataPtr allocate(std::size_t bytes) const override { return taken(bytes); }
#endif

    using Contents = std::map<void*, std::vector<char>>;

    static Contents contents() {
        Contents result;
        for (const auto& [data, block] : blocks_) {
            const char* const first = static_cast<const char*>(data);
            if (!block.freed) result[data] = {first, first + block.bytes};
        }
        return result;
    }

    // As it was before `tape` was made: computing for the record has computed nothing.
    static void put_back(const Contents& before, const Tape* tape) {
        for (const auto& [data, bytes] : before)
            if (!blocks_.at(data).freed) std::memcpy(data, bytes.data(), bytes.size());
        for (const auto& [data, block] : blocks_)
            if (block.tape == tape) std::memset(data, 0xFF, block.bytes);
    }

    static void forget(const Tape* tape) {
        const std::lock_guard<std::mutex> hold(lock_);
        for (auto next = blocks_.begin(); next != blocks_.end();) {
            const auto block = next++;
            if (block->second.tape == tape) block->second.tape = nullptr;
            if (!block->second.freed || block->second.tape || tapes > 0) continue;
            std::free(block->first);
            blocks_.erase(block);
        }
    }

private:
    struct Block {
        std::size_t bytes;
        const Tape* tape;
        bool freed;
    };

    // What a tape may read again stays: its own as it is, else without a number in it, for a real one would find there
    // what others have written since.
    static void free(void* data) {
        const std::lock_guard<std::mutex> hold(lock_);
        Block& block = blocks_.at(data);
        used -= block.bytes;
        block.freed = true;
        if (!block.tape) std::memset(data, 0xFF, block.bytes);
        if (tapes > 0) return;
        blocks_.erase(data);
        std::free(data);
    }

    static std::mutex lock_;
    static std::map<void*, Block> blocks_;
};

std::mutex Memory::lock_;
std::map<void*, Memory::Block> Memory::blocks_;

Memory memory;

std::unique_ptr<Recording> make_tape(const c10::Device&) {
    if (!pretend_card().records) return nullptr;
    ++tapes;
    return std::make_unique<Tape>();
}

const bool memory_is_known = [] {
    c10::SetAllocator(pretend_card_type, &memory);
    set_recording_maker(pretend_card_type, &make_tape);
    return true;
}();

}  // namespace

PretendCard& pretend_card() {
    static PretendCard card;
    return card;
}

std::size_t pretend_card_used() { return used; }

void reset_pretend_card() {
    pretend_card() = {};
    pretend_card().peak = used;
}

c10::DataPtr take_memory(std::size_t bytes) { return memory.taken(bytes); }

c10::Allocator& card_allocator() { return memory; }

Tape* being_recorded() { return recording_tape; }

Traffic& begin_operation(const std::string& name) {
    PretendCard& card = pretend_card();
    TORCH_CHECK(card.fails_at < 0 || card.operations < card.fails_at, card.failure);
    ++card.operations;
    Traffic& own = card.traffic[name];
    ++own.operations;
    return own;
}

Tape::~Tape() {
    --tapes;
    used -= reserved_;
    Memory::forget(this);
}

void Tape::record(const std::function<void()>& work) {
    PretendCard& card = pretend_card();
    ++card.recordings;
    const Memory::Contents before = Memory::contents();
    const std::size_t peak = card.peak;
    card.peak = used;
    recording_tape = this;
    const auto end = [&] {
        recording_tape = nullptr;
        Memory::put_back(before, this);
        reserved_ = card.peak - used;  // the most that was there at once stays the recording's
        used += reserved_;
        card.peak = std::max(peak, card.peak);
    };
    try {
        work();
    } catch (...) {
        end();
        throw;
    }
    end();
}

void Tape::replay() {
    PretendCard& card = pretend_card();
    ++card.replays;
    const std::size_t count = card.forgets ? operations_.size() / 2 : operations_.size();
    for (std::size_t i = 0; i < count; ++i) {
        begin_operation("replayed");
        operations_[i]();
    }
}

}  // namespace neural_style::testing

// What a card's runtime tells of its memory.
extern "C" int cudaMemGetInfo(std::size_t* free, std::size_t* total) {
    const neural_style::testing::PretendCard& card = neural_style::testing::pretend_card();
    *total = card.limit;
    *free = card.limit - std::min(card.limit, neural_style::testing::pretend_card_used());
    return 0;
}
