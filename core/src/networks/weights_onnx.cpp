// After onnx.proto and Operators.md of ONNX; the numbers of the fields are those there.
#include "weights_onnx.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "weights_protobuf.hpp"

namespace neural_style {
namespace {

using Wire = ProtobufField::Wire;

constexpr std::size_t most_tensors = 100'000, most_inputs = 3, most_extents = 8;
constexpr std::uint64_t graph_of_model = 7, newest_version = 1000;

[[noreturn]] void refuse(const std::string& what) { throw Error(Cause::weights, readable(what)); }

struct ElementType {
    NumberType type;
    std::string name;
    std::uint64_t width;  ///< bytes of a number in raw_data
};

ElementType element_type(std::uint64_t number) {
    switch (number) {
        case 1:
            return {NumberType::float32, "float32", 4};
        case 10:
            return {NumberType::float16, "float16", 2};
        case 11:
            return {NumberType::float64, "float64", 8};
        case 16:
            return {NumberType::bfloat16, "bfloat16", 2};
    }
    return {NumberType::other, number == 3 ? "int8" : "number " + std::to_string(number), 0};
}

/// What passes a picture on as it is, or as a network of our descriptions does between two convolutions.
bool is_of_a_plain_chain(std::string_view operation) {
    static const std::array<std::string_view, 10> plain = {"Relu",      "MaxPool", "AveragePool", "Identity", "Dropout",
                                                           "Transpose", "Pad",     "Cast",        "Constant", "Shape"};
    return std::find(plain.begin(), plain.end(), operation) != plain.end();
}

struct Attribute {
    std::string name;
    bool all_one = true;  ///< every whole number of it is 1
    ProtobufSpan tensor;
};

struct Node {
    std::string operation, output;
    std::vector<std::string> inputs;  ///< the first few
    std::vector<ProtobufSpan> attributes;
};

class Graph {
public:
    explicit Graph(const WeightsBytes& bytes) : walk_(bytes) {
        ProtobufSpan model{0, bytes.size()};
        for (ProtobufField field; walk_.next(model, field);) {
            if (field.number != graph_of_model || field.wire != Wire::span) continue;
            if (seen_) refuse("it has two graphs");
            seen_ = true;
            read(field.span);
        }
        if (!seen_) refuse("it has no graph");
    }

    StoredTensors tensors() {
        for (const Used& used : used_) {
            const auto weight = tensors_.find(original(used.weight));
            if (weight == tensors_.end() || weight->second.place >= 0) continue;
            weight->second.place = used.place;
            weight->second.bias = original(used.bias);
        }
        return std::move(tensors_);
    }

private:
    /// Where a convolution stands, and the names of its tensors.
    struct Used {
        int place;
        std::string weight, bias;
    };

    void read(ProtobufSpan graph) {
        for (ProtobufField field; walk_.next(graph, field);) {
            if (field.wire != Wire::span) continue;
            if (field.number == 1) take_node(read_node(field.span));
            if (field.number == 5) add_tensor(field.span, "");
        }
    }

    Node read_node(ProtobufSpan message) {
        Node node;
        bool first_output = true;
        for (ProtobufField field; walk_.next(message, field);) {
            if (field.number == 1 && node.inputs.size() < most_inputs) node.inputs.push_back(walk_.text(field));
            if (field.number == 2 && first_output) node.output = walk_.text(field), first_output = false;
            if (field.number == 4) node.operation = walk_.text(field);
            if (field.number == 5 && field.wire == Wire::span && node.attributes.size() < 100)
                node.attributes.push_back(field.span);
        }
        return node;
    }

    void take_node(const Node& node) {
        if (node.operation == "Constant") return take_constant(node);
        if ((node.operation == "Identity" || node.operation == "Cast") && !node.inputs.empty())
            if (same_.size() < most_tensors) same_[node.output] = node.inputs[0];
        if (node.operation == "Conv" && node.inputs.size() > 1 && is_simple(node)) {
            if (used_.size() >= most_tensors) refuse("it has more convolutions than any network");
            return used_.push_back({place_++, node.inputs[1], node.inputs.size() > 2 ? node.inputs[2] : ""});
        }
        if (!is_of_a_plain_chain(node.operation)) ++place_;
    }

    void take_constant(const Node& node) {
        for (const ProtobufSpan& span : node.attributes)
            if (const Attribute attribute = read_attribute(span); attribute.name == "value" && attribute.tensor.size())
                add_tensor(attribute.tensor, node.output);
    }

    /// Whether it is as the convolutions of our descriptions are, all but its size.
    bool is_simple(const Node& node) {
        for (const ProtobufSpan& span : node.attributes) {
            const Attribute attribute = read_attribute(span);
            if (!attribute.all_one &&
                (attribute.name == "strides" || attribute.name == "dilations" || attribute.name == "group"))
                return false;
        }
        return true;
    }

    Attribute read_attribute(ProtobufSpan message) {
        Attribute attribute;
        for (ProtobufField field; walk_.next(message, field);) {
            if (field.number == 1) attribute.name = walk_.text(field);
            if (field.number == 5 && field.wire == Wire::span) attribute.tensor = field.span;
            if (field.number != 3 && field.number != 8) continue;
            if (field.wire == Wire::number) attribute.all_one &= field.value == 1;
            if (field.number == 8 && field.wire == Wire::span)
                while (field.span.size()) attribute.all_one &= walk_.next_number(field.span) == 1;
        }
        return attribute;
    }

    /// `name` where it is not the tensor's own.
    void add_tensor(ProtobufSpan message, std::string name) {
        StoredTensor tensor;
        ElementType type = element_type(0);
        ProtobufSpan raw, floats, doubles, integers;
        const bool own_name = name.empty();
        for (ProtobufField field; walk_.next(message, field);) {
            if (field.number == 1) add_extents(tensor, field);
            if (field.number == 2 && field.wire == Wire::number) type = element_type(field.value);
            if (field.number == 8 && own_name) name = walk_.text(field);
            if (field.number == 13 || (field.number == 14 && field.value == 1))
                refuse(
                    "its numbers lie in a file beside it; put both into one file, in Python: "
                    "onnx.save(onnx.load(\"FILE.onnx\"), \"new.onnx\")");
            if (field.wire != Wire::span) continue;
            if (field.number == 4) keep(floats, field.span);
            if (field.number == 5) keep(integers, field.span);
            if (field.number == 9) keep(raw, field.span);
            if (field.number == 10) keep(doubles, field.span);
        }
        tensor.type = type.type;
        tensor.type_name = type.name;
        tensor.elements = 1;
        for (const std::uint64_t extent : tensor.shape)
            if (__builtin_mul_overflow(tensor.elements, extent, &tensor.elements)) refuse("a shape in it is too large");
        if (type.width) place_numbers(tensor, type.width, raw, floats, doubles, integers, name);
        if (tensors_.size() >= most_tensors) refuse("it has more tensors than any network");
        if (!name.empty() && !tensors_.emplace(name, tensor).second) refuse("the tensor " + name + " is there twice");
    }

    void add_extents(StoredTensor& tensor, ProtobufField field) {
        const auto add = [&](std::uint64_t extent) {
            if (tensor.shape.size() >= most_extents) refuse("a tensor of it has too many dimensions");
            tensor.shape.push_back(extent);
        };
        if (field.wire == Wire::number) add(field.value);
        if (field.wire == Wire::span)
            while (field.span.size()) add(walk_.next_number(field.span));
    }

    static void keep(ProtobufSpan& known, const ProtobufSpan& span) {
        if (known.size() && span.size()) refuse("the numbers of a tensor of it lie in pieces");
        if (span.size()) known = span;
    }

    /// Numbers lie as bytes, or as a list of the message; those of float16 and bfloat16 then each as a number of its
    /// own length.
    static void place_numbers(StoredTensor& tensor, std::uint64_t width, const ProtobufSpan& raw,
                              const ProtobufSpan& floats, const ProtobufSpan& doubles, const ProtobufSpan& integers,
                              const std::string& name) {
        const bool short_numbers = width == 2 && !raw.size();
        const ProtobufSpan& numbers = raw.size() ? raw : short_numbers ? integers : width == 4 ? floats : doubles;
        tensor.offset = numbers.begin;
        if (short_numbers) tensor.packed_bytes = numbers.size();
        const bool enough = short_numbers ? tensor.elements <= numbers.size()
                                          : numbers.size() % width == 0 && tensor.elements == numbers.size() / width;
        if (!enough) refuse("the numbers of " + name + " are not as many as its shape says");
    }

    /// The name of the stored tensor that another name stands for.
    std::string original(std::string name) const {
        for (int steps = 0; steps < 8; ++steps) {
            const auto found = same_.find(name);
            if (found == same_.end() || tensors_.count(name)) break;
            name = found->second;
        }
        return name;
    }

    ProtobufWalk walk_;
    bool seen_ = false;
    StoredTensors tensors_;
    std::vector<Used> used_;
    std::map<std::string, std::string> same_;  ///< output of a node → its input, of which it is a copy
    int place_ = 0;  ///< counts convolutions, and what no network of our descriptions has between them
};

/// Wire of a model's field by its number; nothing for numbers that a model has not.
bool is_of_a_model(const ProtobufField& field) {
    switch (field.number) {
        case 1:  // version of the form, version of the model
        case 5:
            return field.wire == Wire::number;
        case 2:  // who made it: name, version, domain
        case 3:
        case 4:
        case 6:   // documentation
        case 7:   // graph
        case 8:   // sets of operators
        case 14:  // further properties
        case 20:  // training
        case 25:  // functions
        case 26:  // devices
            return field.wire == Wire::span;
    }
    return false;
}

}  // namespace

bool looks_like_onnx(const WeightsBytes& bytes) {
    std::uint8_t first = 0;
    if (bytes.size() < 4) return false;
    bytes.read(0, &first, 1);
    if (first != 0x08) return false;
    try {
        ProtobufWalk walk(bytes);
        ProtobufSpan model{0, bytes.size()};
        ProtobufField field;
        for (int count = 0; count < 100; ++count) {  // models have about ten
            const std::uint64_t at = model.begin;
            std::uint8_t tag = 0;
            if (at >= bytes.size()) return false;
            bytes.read(at, &tag, 1);
            if (tag == (graph_of_model << 3 | std::uint64_t(Wire::span))) return true;  // even where it is cut short
            if (!walk.next(model, field) || !is_of_a_model(field)) return false;
            if (at == 0 && (field.value == 0 || field.value > newest_version)) return false;
        }
    } catch (const Error&) {
    }
    return false;
}

StoredTensors read_onnx(const WeightsBytes& bytes) { return Graph(bytes).tensors(); }

}  // namespace neural_style
