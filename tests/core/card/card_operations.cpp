// The pretended card as LibTorch sees it: a device, and what is computed there.
#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/stack.h>
#include <ATen/native/Resize.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/view_native.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/library.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

#include "../host_passages.hpp"
#include "card_memory.hpp"

namespace neural_style::testing {
namespace {

// ——— the device itself: one, without streams or events ———

const c10::Stream stream(c10::Stream::DEFAULT, the_card);

struct Guard final : c10::impl::DeviceGuardImplInterface {
    c10::DeviceType type() const override { return pretend_card_type; }
    c10::Device exchangeDevice(c10::Device) const override { return the_card; }
    c10::Device getDevice() const override { return the_card; }
    void setDevice(c10::Device) const override {}
    void uncheckedSetDevice(c10::Device) const noexcept override {}
    c10::Stream getStream(c10::Device) const noexcept override { return stream; }
    c10::Stream exchangeStream(c10::Stream) const noexcept override { return stream; }
    c10::DeviceIndex deviceCount() const noexcept override { return 1; }
    void record(void**, const c10::Stream&, const c10::DeviceIndex, const c10::EventFlag) const override {}
    void block(void*, const c10::Stream&) const override {}
    bool queryEvent(void*) const override { return true; }
    bool queryStream(const c10::Stream&) const override { return true; }
    void synchronizeStream(const c10::Stream&) const override {}
};

C10_REGISTER_GUARD_IMPL(PrivateUse1, Guard);

// ——— what is there and what is here ———

bool on_card(const at::Tensor& tensor) { return tensor.defined() && tensor.device().type() == pretend_card_type; }

// The same numbers, for the processor's kernels.
at::Tensor seen_by_host(const at::Tensor& tensor) {
    if (!on_card(tensor)) return tensor;
    return at::from_blob(tensor.data_ptr(), tensor.sizes(), tensor.strides(), tensor.options().device(at::kCPU));
}

c10::IValue seen_by_host(const c10::IValue& value) {
    if (value.isTensor()) return seen_by_host(value.toTensor());
    if (value.isTensorList()) {
        std::vector<at::Tensor> tensors;
        for (const at::Tensor& tensor : value.toTensorVector()) tensors.push_back(seen_by_host(tensor));
        return tensors;
    }
    if (value.isOptionalTensorList()) {
        c10::List<c10::optional<at::Tensor>> tensors;
        for (const c10::optional<at::Tensor>& tensor : value.toOptionalTensorVector())
            tensors.push_back(tensor ? c10::optional<at::Tensor>(seen_by_host(*tensor)) : tensor);
        return tensors;
    }
    if (value.isDevice()) return c10::Device(at::kCPU);
    return value;
}

at::Tensor moved_to_card(const at::Tensor& tensor) {
    if (!tensor.defined()) return tensor;
    const at::Tensor result = at::empty_strided(tensor.sizes(), tensor.strides(), tensor.options().device(the_card));
    seen_by_host(result).copy_(tensor);
    return result;
}

void wait_for_card() {
    TORCH_CHECK(!being_recorded(), "CUDA error: operation not permitted when stream is capturing");
    ++pretend_card().waits;
}

// A card's kernels take a number from the host, and no more.
void check_devices(const c10::IValue& value, const std::string& name) {
    if (value.isTensor() && value.toTensor().defined()) {
        const at::Tensor& tensor = value.toTensor();
        TORCH_CHECK(on_card(tensor) || tensor.dim() == 0, "Expected all tensors to be on the same device (", name, ")");
    }
    if (value.isTensorList())
        for (const at::Tensor& tensor : value.toTensorVector()) check_devices(c10::IValue(tensor), name);
}

// What is read and written of a tensor, had the card no cache.
long long bytes_of(const c10::IValue& value) {
    if (value.isTensor() && on_card(value.toTensor())) return (long long)value.toTensor().nbytes();
    long long sum = 0;
    if (value.isTensorList())
        for (const at::Tensor& tensor : value.toTensorVector()) sum += bytes_of(c10::IValue(tensor));
    return sum;
}

// ——— numbers of fewer bits ———

// To the nearest float with that many bits, the leading one included, ties to the even one.
at::Tensor rounded(const at::Tensor& numbers, int bits) {
    const at::Tensor result = numbers.clone();
    auto* const words = static_cast<std::uint32_t*>(result.data_ptr());
    const int dropped = 24 - bits;
    for (std::int64_t i = 0; i < result.numel(); ++i) {
        const std::uint32_t odd = words[i] >> dropped & 1;
        words[i] = (words[i] + (1u << (dropped - 1)) - 1 + odd) >> dropped << dropped;
    }
    return result;
}

bool is_tensor_of(const c10::IValue& value, at::ScalarType type) {
    return value.isTensor() && value.toTensor().defined() && value.toTensor().scalar_type() == type;
}

bool all_are_half(const std::vector<c10::IValue>& arguments) {
    const auto any_of = [&](at::ScalarType type) {
        return std::any_of(arguments.begin(), arguments.end(),
                           [&](const c10::IValue& value) { return is_tensor_of(value, type); });
    };
    return any_of(at::kHalf) && !any_of(at::kFloat) && !any_of(at::kDouble);
}

// Whether the type of the result was asked for.
bool has_type_of_its_own(const c10::FunctionSchema& schema, const std::vector<c10::IValue>& arguments) {
    const c10::optional<int> place = schema.argumentIndexWithName("dtype");
    return place && !arguments[std::size_t(*place)].isNone();
}

// ——— operations ———

// An operation with arguments of the host's that see the card's memory.
struct Operation {
    c10::OperatorHandle of_host;
    std::vector<c10::IValue> arguments;
    int bits = 24;  // of the numbers that it multiplies

    torch::jit::Stack results() const;
};

// Matrix units multiply numbers of 16 bits, and add the products up in 32. Few of the processor's kernels know such
// numbers; those of 32 are put in their place.
torch::jit::Stack Operation::results() const {
    const bool half = all_are_half(arguments);
    torch::jit::Stack stack;
    for (const c10::IValue& argument : arguments) {
        if (half && is_tensor_of(argument, at::kHalf))
            stack.push_back(argument.toTensor().to(at::kFloat));
        else if (bits < 24 && is_tensor_of(argument, at::kFloat) && argument.toTensor().dim() > 1)
            stack.push_back(rounded(argument.toTensor(), bits));
        else
            stack.push_back(argument);
    }
    const torch::jit::Stack given = stack;
    of_host.callBoxed(&stack);
    if (!half || has_type_of_its_own(of_host.schema(), arguments)) return stack;
    for (c10::IValue& result : stack)
        if (is_tensor_of(result, at::kFloat)) result = result.toTensor().to(at::kHalf);
    const std::vector<c10::Argument>& formal = of_host.schema().arguments();
    for (std::size_t i = 0; i < given.size(); ++i)
        if (formal[i].alias_info() && formal[i].alias_info()->isWrite() && is_tensor_of(arguments[i], at::kHalf))
            arguments[i].toTensor().copy_(given[i].toTensor());
    return stack;
}

// What an operation is to write to and has no room yet.
bool is_to_be_resized(const c10::IValue& value) {
    return value.isTensor() && on_card(value.toTensor()) && value.toTensor().numel() == 0;
}

void take_over(const at::Tensor& from, const at::Tensor& to) {
    to.unsafeGetTensorImpl()->set_storage_keep_dtype(from.storage());
    to.unsafeGetTensorImpl()->set_sizes_and_strides(from.sizes(), from.strides());
}

// Where a result, or an argument that had no room, was put.
struct Written {
    bool is_result;
    std::size_t index;
    at::Tensor place;  // seen by the host
};

// Calls `op` on the processor with the arguments on top of the stack, and leaves its results there.
void compute(const c10::OperatorHandle& op, torch::jit::Stack* stack, int bits = 24) {
    const at::AutoDispatchBelowADInplaceOrView below_autograd;
    const c10::FunctionSchema& schema = op.schema();
    if (schema.name() == "aten::nonzero") wait_for_card();  // how much comes out is known when it has
    Traffic& own = begin_operation(schema.name());
    const std::size_t count = schema.arguments().size();
    const std::vector<c10::IValue> arguments(stack->end() - std::ptrdiff_t(count), stack->end());
    Operation operation = {op, {}, bits};
    for (const c10::IValue& argument : arguments) {
        check_devices(argument, schema.name());
        const c10::Argument& formal = schema.arguments()[operation.arguments.size()];
        const bool is_result = formal.kwarg_only() && formal.alias_info();  // out=
        if (!is_result) own.bytes += bytes_of(argument);
        operation.arguments.push_back(is_to_be_resized(argument)
                                          ? c10::IValue(at::empty({0}, argument.toTensor().dtype()))
                                          : seen_by_host(argument));
    }
    torch::jit::Stack results = operation.results();
    std::vector<Written> written;
    for (std::size_t i = 0; i < count; ++i)
        if (is_to_be_resized(arguments[i])) {
            const at::Tensor room = moved_to_card(operation.arguments[i].toTensor());
            take_over(room, arguments[i].toTensor());
            written.push_back({false, i, seen_by_host(room)});
        }
    for (std::size_t i = 0; i < results.size(); ++i) {
        c10::IValue& result = results[i];
        if (result.isTensor() && result.toTensor().defined()) own.bytes += (long long)result.toTensor().nbytes();
        const c10::AliasInfo* const alias = schema.returns()[i].alias_info();
        if (alias) {  // an argument that was written to
            TORCH_CHECK(alias->isWrite(), "The pretended card has no view ", schema.name());
            for (std::size_t k = 0; k < count; ++k) {
                const c10::AliasInfo* const other = schema.arguments()[k].alias_info();
                if (other && *other == *alias) result = arguments[k];
            }
        } else if (result.isTensor()) {
            result = moved_to_card(result.toTensor());
            written.push_back({true, i, seen_by_host(result.toTensor())});
        } else if (result.isTensorList()) {
            TORCH_CHECK(!being_recorded(), "The pretended card cannot record ", schema.name());
            std::vector<at::Tensor> moved;
            for (const at::Tensor& tensor : result.toTensorVector()) moved.push_back(moved_to_card(tensor));
            result = moved;
        }
    }
    torch::jit::drop(*stack, count);
    stack->insert(stack->end(), results.begin(), results.end());
    if (!being_recorded()) return;
    being_recorded()->add([operation, written] {
        const torch::jit::Stack again = operation.results();
        for (const Written& one : written) {
            const c10::IValue& from = one.is_result ? again[one.index] : operation.arguments[one.index];
            if (from.isTensor() && from.toTensor().defined()) at::Tensor(one.place).copy_(from.toTensor());
        }
    });
}

void any_operation(const c10::OperatorHandle& op, torch::jit::Stack* stack) { compute(op, stack); }

const c10::OperatorHandle& operation_of_host(const char* name) {
    static std::map<std::string, c10::OperatorHandle> found;
    return found.emplace(name, c10::Dispatcher::singleton().findSchemaOrThrow(name, "")).first->second;
}

void convolution(const c10::OperatorHandle&, torch::jit::Stack* stack) {
    compute(operation_of_host("aten::convolution"), stack, pretend_card().convolution_bits);
}

void convolution_backward(const c10::OperatorHandle&, torch::jit::Stack* stack) {
    stack->insert(stack->end() - 7, c10::IValue());  // bias_sizes, which the host's has besides
    compute(operation_of_host("aten::convolution_backward"), stack, pretend_card().convolution_bits);
}

void product(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
    compute(op, stack, at::globalContext().allowTF32CuBLAS() ? pretend_card().product_bits : 24);
}

// ——— kernels of our own ———

class CardPassages final : public Passages {
public:
    explicit CardPassages(c10::ScalarType number)
        : host_(make_host_passages(the_card, number)), number_((long long)c10::elementSize(number)) {}

    void picture_in(const PictureIn& p) override {
        const Sizes sizes(p.shape);
        run(
            "picture_in", [host = host_, p] { host->picture_in(p); },
            sizes.raw / passage_channels * 12 + sizes.grown * number_);
    }

    void picture_back(const PictureBack& p) override {
        const Sizes sizes(p.shape);
        run(
            "picture_back", [host = host_, p] { host->picture_back(p); },
            sizes.raw / passage_channels * 12 + sizes.grown * number_);
    }

    void pass_on(const Passage& passage) override {
        Passage p = passage;
        if (pretend_card().miscompiles) p.passes = nullptr;  // each slope goes through
        const Sizes sizes(p.shape);
        run(
            "pass_on", [host = host_, p] { host->pass_on(p); },
            (sizes.raw + (p.next ? sizes.grown : 0) + (p.before ? sizes.own : 0) + (p.after ? sizes.own : 0)) *
                    number_ +
                (p.passes ? sizes.raw / 8 : 0));
    }

    void pass_back(const PassageBack& p) override {
        const Sizes sizes(p.shape);
        run(
            "pass_back", [host = host_, p] { host->pass_back(p); },
            (sizes.raw + (p.of_next ? sizes.grown : 0) + (p.of_before ? sizes.own : 0) + (p.of_after ? sizes.own : 0)) *
                    number_ +
                (p.passes ? sizes.raw / 8 : 0));
    }

private:
    // Numbers in a map as it comes from a convolution, halved, and grown.
    struct Sizes {
        explicit Sizes(const PassageShape& s)
            : raw((long long)s.height * s.width * s.channels),
              own((long long)(s.height / s.pool) * (s.width / s.pool) * s.channels),
              grown((long long)(s.height / s.pool + 2 * s.margin) * (s.width / s.pool + 2 * s.margin) * s.channels) {}
        long long raw, own, grown;
    };

    static void run(const char* name, const std::function<void()>& kernel, long long bytes) {
        begin_operation(name).bytes += bytes;
        kernel();
        if (being_recorded()) being_recorded()->add(kernel);
    }

    const std::shared_ptr<Passages> host_;  // a recording may outlive this
    const long long number_;                // bytes of one
};

std::unique_ptr<Passages> make_card_passages(const c10::Device&, c10::ScalarType number) {
    return pretend_card().compiles ? std::make_unique<CardPassages>(number) : nullptr;
}

const bool passages_are_known = [] {
    set_passages_maker(pretend_card_type, &make_card_passages);
    return true;
}();

// ——— what needs no computing ———

at::Tensor empty_strided(at::IntArrayRef sizes, at::IntArrayRef strides, c10::optional<at::ScalarType> type,
                         c10::optional<at::Layout>, c10::optional<at::Device>, c10::optional<bool>) {
    const auto number = c10::scalarTypeToTypeMeta(type.value_or(at::kFloat));
    std::int64_t count = 1;
    for (std::size_t i = 0; i < sizes.size(); ++i) count += (sizes[i] - 1) * strides[i];
    for (const std::int64_t size : sizes)
        if (size == 0) count = 0;
    const std::size_t bytes = std::size_t(count) * number.itemsize();
    auto storage = c10::make_intrusive<c10::StorageImpl>(c10::StorageImpl::use_byte_size_t(), bytes, take_memory(bytes),
                                                         &card_allocator(), true);
    at::Tensor result = at::detail::make_tensor<c10::TensorImpl>(
        std::move(storage), c10::DispatchKeySet(c10::DispatchKey::PrivateUse1), number);
    result.unsafeGetTensorImpl()->set_sizes_and_strides(sizes, strides);
    return result;
}

at::Tensor empty(at::IntArrayRef sizes, c10::optional<at::ScalarType> type, c10::optional<at::Layout> layout,
                 c10::optional<at::Device> where, c10::optional<bool> pinned, c10::optional<at::MemoryFormat> format) {
    const bool by_pixels = format == at::MemoryFormat::ChannelsLast && sizes.size() == 4;
    const at::Tensor shape =
        at::empty(sizes, at::TensorOptions(at::kMeta).memory_format(by_pixels ? at::MemoryFormat::ChannelsLast
                                                                              : at::MemoryFormat::Contiguous));
    return empty_strided(sizes, shape.strides(), type, layout, where, pinned);
}

at::Tensor copy_between(const at::Tensor& from, const at::Tensor& to, bool) {
    const at::AutoDispatchBelowADInplaceOrView below_autograd;
    begin_operation("copy").bytes += bytes_of(c10::IValue(from)) + bytes_of(c10::IValue(to));
    if (!on_card(to)) wait_for_card();
    const at::Tensor there = seen_by_host(from), here = seen_by_host(to);
    here.copy_(there);
    if (being_recorded()) {
        TORCH_CHECK(on_card(from), "CUDA error: operation not permitted when stream is capturing");
        being_recorded()->add([there, here] { here.copy_(there); });
    }
    return to;
}

at::Scalar number_on_host(const at::Tensor& tensor) {
    begin_operation("a number fetched");
    wait_for_card();
    return at::_local_scalar_dense(seen_by_host(tensor));
}

at::Tensor as_strided(const at::Tensor& self, at::IntArrayRef sizes, at::IntArrayRef strides,
                      c10::optional<std::int64_t> offset) {
    return at::native::as_strided_tensorimpl(self, sizes, strides, offset);
}

at::Tensor view(const at::Tensor& self, at::IntArrayRef sizes) { return at::native::view(self, sizes); }

at::Tensor reshape_alias(const at::Tensor& self, at::IntArrayRef sizes, at::IntArrayRef strides) {
    return at::native::as_strided_tensorimpl(self, sizes, strides, self.storage_offset());
}

TORCH_LIBRARY_IMPL(_, PrivateUse1, library) {
    library.fallback(torch::CppFunction::makeFromBoxedFunction<&any_operation>());
}

TORCH_LIBRARY_IMPL(aten, PrivateUse1, library) {
    library.impl("empty.memory_format", &empty);
    library.impl("empty_strided", &empty_strided);
    library.impl("as_strided", &as_strided);
    library.impl("view", &view);
    library.impl("_reshape_alias", &reshape_alias);
    library.impl("_copy_from", &copy_between);
    library.impl("_local_scalar_dense", &number_on_host);
    library.impl("convolution_overrideable", torch::CppFunction::makeFromBoxedFunction<&convolution>());
    library.impl("convolution_backward_overrideable",
                 torch::CppFunction::makeFromBoxedFunction<&convolution_backward>());
    library.impl("mm", torch::CppFunction::makeFromBoxedFunction<&product>());
    library.impl("bmm", torch::CppFunction::makeFromBoxedFunction<&product>());
}

}  // namespace
}  // namespace neural_style::testing
