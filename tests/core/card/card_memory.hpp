// The pretended card's memory, and recordings of what is computed in it. Used by its operations.
#pragma once

#include <c10/core/Allocator.h>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "descent/recording.hpp"
#include "pretend_card.hpp"

namespace neural_style::testing {

const c10::Device the_card(pretend_card_type, 0);

/// Throws as CUDA's allocator does where the card's limit is passed. Nobody has written there yet: it is no number.
c10::DataPtr take_memory(std::size_t bytes);
c10::Allocator& card_allocator();

/// Holds what was allocated while it was made, and what to compute again, in order.
class Tape final : public Recording {
public:
    Tape() = default;
    ~Tape() override;
    void record(const std::function<void()>& work) override;
    void replay() override;
    void add(std::function<void()> operation) { operations_.push_back(std::move(operation)); }

private:
    std::vector<std::function<void()>> operations_;
    std::size_t reserved_ = 0;  // bytes beyond those of tensors that are still there
};

/// Null while nothing is recorded.
Tape* being_recorded();

/// What every operation of the card begins with: it is counted, and its bytes are to be added to what is returned.
/// Throws if the card is lost.
Traffic& begin_operation(const std::string& name);

}  // namespace neural_style::testing
