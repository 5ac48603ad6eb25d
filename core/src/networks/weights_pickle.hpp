// A restricted reader of Python pickles, for the state dictionaries that PyTorch saves. Used by weights_pytorch.
//
// Nothing is executed: the opcodes of pickle protocol 2 build plain values here. The few globals that tables of tensors
// name are tags; whatever else a pickle names and would call becomes an object that does nothing and takes anything.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "neural-style/error.hpp"

namespace neural_style {

constexpr std::size_t largest_pickle = std::size_t(4) << 20;  ///< bytes; a VGG's state dictionary has less than 16 KB

/// How what another way of saving made is saved so that it can be read. It runs what the file says, which this program
/// never does.
constexpr char save_again[] = "torch.save(torch.load(\"FILE\", map_location=\"cpu\"), \"new.pth\")";

/// A value of a pickle, index into Pickle::values. Values may refer to each other in circles: follow them with care.
using PickleReference = std::uint32_t;

struct PickleValue {
    enum class Kind : std::uint8_t {
        none,
        boolean,
        integer,
        real,
        text,
        global,  ///< `text` is "module\nname"
        tuple,
        list,
        dictionary,  ///< `items` alternate between key and value; OrderedDict too
        storage,     ///< a persistent id: the one item is its tuple
        tensor,      ///< _rebuild_tensor, _rebuild_tensor_v2: the one item is the tuple of arguments
        object,      ///< of a class that means nothing here, `text` is its "module\nname": items are its states
    };

    Kind kind = Kind::none;
    std::int64_t integer = 0;  ///< of integer and boolean
    std::string_view text;     ///< of text and global; lives as long as the pickle's own bytes
    std::vector<PickleReference> items;
};

struct Pickle {
    std::vector<PickleValue> values;
    PickleReference root = 0;
    std::size_t length = 0;  ///< bytes from its start to its end

    const PickleValue& operator[](PickleReference reference) const { return values[reference]; }
};

/// Reads the pickle at the start of `bytes`, which must outlive it. Throws Error(Cause::weights) with what is wrong,
/// without the file's name.
Pickle read_pickle(std::string_view bytes);

}  // namespace neural_style
