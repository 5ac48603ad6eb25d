// Work that would hold up the main loop, done a part at a time so that the loop comes round in between. Used by the
// hosts and whoever reads from them or writes to them; main thread.
#pragma once

#include <functional>
#include <utility>

namespace neural_style {

template <class Result>
class InParts {
public:
    virtual ~InParts() = default;
    /// Does some more, for a few hundredths of a second; false once all is done. Throws Error, and then all is over.
    virtual bool step() = 0;
    /// What came of it, once.
    virtual Result take() = 0;
};

/// One part that is all of it.
template <class Result>
class AtOnce final : public InParts<Result> {
public:
    explicit AtOnce(std::function<Result()> work) : work_(std::move(work)) {}
    bool step() override {
        result_ = work_();
        return false;
    }
    Result take() override { return std::move(result_); }

private:
    std::function<Result()> work_;
    Result result_{};
};

/// All parts in a row.
template <class Result>
Result all_of(InParts<Result>& work) {
    while (work.step()) {
    }
    return work.take();
}

}  // namespace neural_style
