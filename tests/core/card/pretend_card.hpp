// A card for tests: a device of LibTorch's third kind (PrivateUse1) whose memory is the processor's and whose
// operations the processor computes. What holds for it holds for a real one: tensors of two devices do not mix, numbers
// come to the host by copies that are counted here, memory is limited, a run of operations can be recorded and replayed
// at fixed addresses, and what was freed is not there any more.
#pragma once

#include <c10/core/Device.h>

#include <cstddef>
#include <map>
#include <string>

namespace neural_style::testing {

constexpr auto pretend_card_type = c10::DeviceType::PrivateUse1;

/// Operations of one kind, and the bytes that they have read and written in the card's memory.
struct Traffic {
    long long operations = 0, bytes = 0;
};

struct PretendCard {
    std::size_t limit = std::size_t(1) << 40;  ///< bytes it holds; what goes beyond is refused as CUDA's allocator does
    std::size_t peak = 0;                      ///< bytes that were used at the most
    long long operations = 0;                  ///< begun so far
    std::map<std::string, Traffic> traffic;    ///< of those, by name
    long long waits = 0;                       ///< numbers brought to the host, which waits for them
    long long recordings = 0, replays = 0;     ///< made so far
    bool records = true;                       ///< whether operations can be recorded
    bool compiles = true;                      ///< whether kernels of our own can be compiled
    bool miscompiles = false;                  ///< whether they are compiled to something else
    int convolution_bits = 24;                 ///< of the numbers that convolutions multiply; 11 in tf32
    int product_bits = 24;                     ///< likewise for products of matrices, where LibTorch allows tf32
    bool forgets = false;                      ///< whether it replays but the first half of them
    long long fails_at = -1;  ///< the operation that fails, and all after it, as on a card that is lost
    std::string failure = "CUDA error: unspecified launch failure";
};

/// There is one; its settings stay until they are changed.
PretendCard& pretend_card();

/// Bytes in tensors and recordings. Autograd's thread lets go of its last gradient a little after it has handed it
/// over.
std::size_t pretend_card_used();

/// As it is at the start of a test; what is allocated stays.
void reset_pretend_card();

}  // namespace neural_style::testing
