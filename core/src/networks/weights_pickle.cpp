#include "weights_pickle.hpp"

#include <cstdio>
#include <limits>
#include <map>

#include "weights_tensor.hpp"

namespace neural_style {
namespace {

using Kind = PickleValue::Kind;

// A byte can make a value of 48 bytes, so their number is bounded too; VGG-19 has about 700.
constexpr std::size_t most_values = 200'000;

[[noreturn]] void refuse(const std::string& what) { throw Error(Cause::weights, readable(what)); }

[[noreturn]] void damaged() { refuse("its pickle is damaged"); }

/// Names as Python's own list of opcodes has them, for those of protocol 2 that are refused.
std::string opcode_name(std::uint8_t opcode) {
    static const std::map<std::uint8_t, const char*> names = {
        {'i', "INST"}, {'o', "OBJ"},  {'P', "PERSID"}, {0x82, "EXT1"}, {0x83, "EXT2"},  {0x84, "EXT4"},
        {'I', "INT"},  {'L', "LONG"}, {0x8b, "LONG4"}, {'F', "FLOAT"}, {'S', "STRING"}, {'V', "UNICODE"},
        {'d', "DICT"}, {'l', "LIST"}, {'g', "GET"},    {'p', "PUT"},   {'2', "DUP"}};
    char code[8];
    std::snprintf(code, sizeof code, "0x%02x", opcode);
    const auto found = names.find(opcode);
    return found == names.end() ? std::string(code) : std::string(found->second) + " (" + code + ")";
}

class Machine {
public:
    explicit Machine(std::string_view bytes) : bytes_(bytes) {
        for (const Kind kind : {Kind::none, Kind::boolean, Kind::boolean}) make(kind);
        pickle_.values[true_].integer = 1;
    }

    Pickle run() {
        while (!step()) {
        }
        pickle_.length = at_;
        return std::move(pickle_);
    }

private:
    static constexpr PickleReference none_ = 0, true_ = 1, false_ = 2;  // made once, not for each opcode
    static constexpr PickleReference mark_ = std::numeric_limits<PickleReference>::max();

    std::string_view take(std::size_t count) {
        if (count > bytes_.size() - at_) {
            if (bytes_.size() >= largest_pickle) refuse("its pickle is longer than any network's");
            refuse("the file ends too early; it was not downloaded or copied completely");
        }
        const std::string_view piece = bytes_.substr(at_, count);
        at_ += count;
        return piece;
    }

    std::uint64_t number(int count) {
        return little_endian(reinterpret_cast<const std::uint8_t*>(take(std::size_t(count)).data()), count);
    }

    std::string_view line() {
        const auto end = bytes_.find('\n', at_);
        if (end == std::string_view::npos)
            refuse("the file ends too early; it was not downloaded or copied completely");
        const std::string_view text = take(end - at_);
        take(1);
        return text;
    }

    PickleReference make(Kind kind) {
        if (pickle_.values.size() >= most_values) refuse("its pickle has more values than any network's");
        pickle_.values.emplace_back();
        pickle_.values.back().kind = kind;
        return PickleReference(pickle_.values.size() - 1);
    }

    void push(PickleReference reference) { stack_.push_back(reference); }
    void push_integer(std::int64_t integer) {
        const PickleReference made = make(Kind::integer);
        pickle_.values[made].integer = integer;
        push(made);
    }
    void push_text(std::string_view text) {
        const PickleReference made = make(Kind::text);
        pickle_.values[made].text = text;
        push(made);
    }

    PickleReference pop() {
        if (stack_.empty() || stack_.back() == mark_) damaged();
        const PickleReference top = stack_.back();
        stack_.pop_back();
        return top;
    }

    std::vector<PickleReference> pop_to_mark() {
        std::size_t first = stack_.size();
        while (first > 0 && stack_[first - 1] != mark_) --first;
        if (first == 0) damaged();
        std::vector<PickleReference> items(stack_.begin() + std::ptrdiff_t(first), stack_.end());
        stack_.resize(first - 1);
        return items;
    }

    void push_tuple(std::vector<PickleReference> items) {
        const PickleReference made = make(Kind::tuple);
        pickle_.values[made].items = std::move(items);
        push(made);
    }

    void push_tuple_of(std::size_t count) {
        std::vector<PickleReference> items(count);
        for (std::size_t i = count; i-- > 0;) items[i] = pop();
        push_tuple(std::move(items));
    }

    void append(PickleValue& value, const std::vector<PickleReference>& items) {
        value.items.insert(value.items.end(), items.begin(), items.end());
    }

    void put(std::uint64_t slot) {
        if (stack_.empty() || stack_.back() == mark_ || slot >= most_values) damaged();
        if (slot >= memo_.size()) memo_.resize(std::size_t(slot) + 1, mark_);
        memo_[std::size_t(slot)] = stack_.back();
    }

    void get(std::uint64_t slot) {
        if (slot >= memo_.size() || memo_[std::size_t(slot)] == mark_) damaged();
        push(memo_[std::size_t(slot)]);
    }

    void global() {
        const std::string_view start = bytes_.substr(at_);
        const std::string_view module = line(), name = line();
        const PickleReference made = make(Kind::global);
        pickle_.values[made].text = start.substr(0, module.size() + 1 + name.size());
        push(made);
    }

    // Calls of the functions that tables of tensors need, and of any other.
    void reduce() {
        const PickleReference arguments = pop(), callee = pop();
        if (pickle_.values[arguments].kind != Kind::tuple) damaged();
        const std::vector<PickleReference>& list = pickle_.values[arguments].items;
        const bool named = pickle_.values[callee].kind == Kind::global;
        const std::string_view name = named ? pickle_.values[callee].text : std::string_view();
        if (name == "collections\nOrderedDict") return ordered_dictionary(arguments);
        if (name == "torch._utils\n_rebuild_tensor" || name == "torch._utils\n_rebuild_tensor_v2") {
            const PickleReference made = make(Kind::tensor);
            pickle_.values[made].items = {arguments};
            return push(made);
        }
        if ((name == "torch._utils\n_rebuild_parameter" || name == "torch._utils\n_rebuild_parameter_with_state") &&
            !list.empty())
            return push(list[0]);  // a parameter is its tensor
        // An object made without its class's own help is called as its class: the first argument.
        const bool of_first = name == "copy_reg\n_reconstructor" && !list.empty();
        push_object(of_first ? list[0] : callee);
    }

    void push_object(PickleReference of_class) {
        const PickleReference made = make(Kind::object);
        // The older form names a network's class from outside the pickle: ("module", class, its source …).
        if (pickle_.values[of_class].kind == Kind::storage) {
            const PickleValue& id = pickle_.values[pickle_.values[of_class].items[0]];
            if (id.kind == Kind::tuple && id.items.size() > 1) of_class = id.items[1];
        }
        if (pickle_.values[of_class].kind == Kind::global) pickle_.values[made].text = pickle_.values[of_class].text;
        push(made);
    }

    // Python 3 calls OrderedDict() and fills it afterwards; Python 2 gives a list of [key, value].
    void ordered_dictionary(PickleReference arguments) {
        const PickleReference made = make(Kind::dictionary);
        const std::vector<PickleReference>& list = pickle_.values[arguments].items;
        // One list can be given to many dictionaries, so this is the one place where few bytes could make much.
        if (list.size() == 1 && (copied_ += pickle_.values[list[0]].items.size()) > most_values) damaged();
        if (list.size() > 1 || (list.size() == 1 && pickle_.values[list[0]].kind != Kind::list)) damaged();
        if (list.size() == 1)
            for (const PickleReference reference : pickle_.values[list[0]].items) {
                const PickleValue& pair = pickle_.values[reference];
                if ((pair.kind != Kind::list && pair.kind != Kind::tuple) || pair.items.size() != 2) damaged();
                append(pickle_.values[made], pair.items);
            }
        push(made);
    }

    // What is an object's state may be a whole network's tensors; of any other value it says nothing that we need, as
    // _metadata of a state dictionary.
    void build() {
        const PickleReference state = pop();
        if (stack_.empty() || stack_.back() == mark_) damaged();
        PickleValue& value = pickle_.values[stack_.back()];
        if (value.kind == Kind::object) value.items.push_back(state);
    }

    /// The value that takes items, and whether it keeps them.
    PickleValue* taker(Kind kind) {
        if (stack_.empty() || stack_.back() == mark_) damaged();
        PickleValue& value = pickle_.values[stack_.back()];
        if (value.kind == Kind::object) return nullptr;
        if (value.kind != kind) damaged();
        return &value;
    }

    bool step() {
        const auto opcode = std::uint8_t(take(1)[0]);
        switch (opcode) {
            case 0x80:  // PROTO
                if (const auto protocol = number(1); protocol != 2)
                    refuse("it is pickled with protocol " + std::to_string(protocol) +
                           ", and only 2 can be read; if you trust it, save it again, in Python: " + save_again);
                break;
            case 'c':
                global();
                break;  // GLOBAL
            case 'q':
                put(number(1));
                break;  // BINPUT
            case 'r':
                put(number(4));
                break;  // LONG_BINPUT
            case 'h':
                get(number(1));
                break;  // BINGET
            case 'j':
                get(number(4));
                break;  // LONG_BINGET
            case '(':
                push(mark_);
                break;  // MARK
            case ')':
                push_tuple({});
                break;  // EMPTY_TUPLE
            case 't':
                push_tuple(pop_to_mark());
                break;  // TUPLE
            case 0x85:
                push_tuple_of(1);
                break;  // TUPLE1
            case 0x86:
                push_tuple_of(2);
                break;  // TUPLE2
            case 0x87:
                push_tuple_of(3);
                break;  // TUPLE3
            case '}':
                push(make(Kind::dictionary));
                break;  // EMPTY_DICT
            case ']':
                push(make(Kind::list));
                break;  // EMPTY_LIST
            case 'N':
                push(none_);
                break;  // NONE
            case 0x88:
                push(true_);
                break;  // NEWTRUE
            case 0x89:
                push(false_);
                break;  // NEWFALSE
            case 'K':
                push_integer(std::int64_t(number(1)));
                break;  // BININT1
            case 'M':
                push_integer(std::int64_t(number(2)));
                break;  // BININT2
            case 'J':
                push_integer(std::int32_t(number(4)));
                break;  // BININT
            case 'G':
                take(8), push(make(Kind::real));
                break;  // BINFLOAT; its value is never needed
            case 'X':   // BINUNICODE
            case 'T':
                push_text(take(std::size_t(number(4))));
                break;  // BINSTRING
            case 'U':
                push_text(take(std::size_t(number(1))));
                break;    // SHORT_BINSTRING
            case 0x8a: {  // LONG1
                const auto count = int(number(1));
                if (count <= 8) {
                    const std::uint64_t value = number(count);
                    const bool negative = count > 0 && value >> (8 * count - 1) & 1;
                    push_integer(
                        std::int64_t(negative && count < 8 ? value | ~std::uint64_t(0) << (8 * count) : value));
                } else {
                    push_text(take(std::size_t(count)));  // the magic number of the old form is longer than 64 bits
                }
                break;
            }
            case 's': {  // SETITEM
                const PickleReference value = pop(), key = pop();
                if (PickleValue* dictionary = taker(Kind::dictionary)) append(*dictionary, {key, value});
                break;
            }
            case 'u': {  // SETITEMS
                const auto items = pop_to_mark();
                if (items.size() % 2) damaged();
                if (PickleValue* dictionary = taker(Kind::dictionary)) append(*dictionary, items);
                break;
            }
            case 'a': {  // APPEND
                const PickleReference item = pop();
                if (PickleValue* list = taker(Kind::list)) append(*list, {item});
                break;
            }
            case 'e': {  // APPENDS
                const auto items = pop_to_mark();
                if (PickleValue* list = taker(Kind::list)) append(*list, items);
                break;
            }
            case 'Q': {  // BINPERSID
                const PickleReference id = pop(), made = make(Kind::storage);
                pickle_.values[made].items = {id};
                push(made);
                break;
            }
            case 'R':
                reduce();
                break;    // REDUCE
            case 0x81: {  // NEWOBJ
                const PickleReference arguments = pop(), of_class = pop();
                if (pickle_.values[arguments].kind != Kind::tuple) damaged();
                push_object(of_class);
                break;
            }
            case '0':
                pop();
                break;  // POP
            case '1':
                pop_to_mark();
                break;  // POP_MARK
            case 'b':
                build();
                break;  // BUILD
            case '.':   // STOP
                pickle_.root = pop();
                return true;
            default:
                refuse("its pickle uses the opcode " + opcode_name(opcode) + ", which no plain state dictionary does");
        }
        return false;
    }

    std::string_view bytes_;
    std::size_t at_ = 0;
    Pickle pickle_;
    std::vector<PickleReference> stack_, memo_;
    std::size_t copied_ = 0;  ///< pairs of lists that became dictionaries
};

}  // namespace

Pickle read_pickle(std::string_view bytes) { return Machine(bytes).run(); }

}  // namespace neural_style
