#include "weights_pytorch.hpp"

#include <algorithm>
#include <cstring>
#include <functional>

#include "weights_pickle.hpp"
#include "weights_zip.hpp"

namespace neural_style {
namespace {

using Kind = PickleValue::Kind;

// How both forms begin a file: the pickle of the number 0x1950a86a20f9469cfc6c, protocol 2.
constexpr char old_magic[] = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";
constexpr std::size_t old_magic_size = sizeof old_magic - 1;
constexpr std::int64_t old_protocol = 1001;
constexpr std::size_t longest_name = 1000;  // bytes; one long text of a hostile file may be named many times

[[noreturn]] void refuse(const std::string& what) { throw Error(Cause::weights, what); }

struct StorageType {
    NumberType type;
    std::uint64_t width;  ///< bytes of a number
};

StorageType storage_type(std::string_view global) {
    static const std::map<std::string_view, StorageType> types = {
        {"torch\nFloatStorage", {NumberType::float32, 4}},     {"torch\nHalfStorage", {NumberType::float16, 2}},
        {"torch\nBFloat16Storage", {NumberType::bfloat16, 2}}, {"torch\nDoubleStorage", {NumberType::other, 8}},
        {"torch\nLongStorage", {NumberType::other, 8}},        {"torch\nIntStorage", {NumberType::other, 4}},
        {"torch\nShortStorage", {NumberType::other, 2}},       {"torch\nCharStorage", {NumberType::other, 1}},
        {"torch\nByteStorage", {NumberType::other, 1}},        {"torch\nBoolStorage", {NumberType::other, 1}}};
    const auto found = types.find(global);
    if (found == types.end()) refuse("its pickle names a storage type in the wrong place");
    return found->second;
}

/// Where a storage's numbers lie, once it is known; asked for key, numbers and bytes a number.
using FindStorage = std::function<std::uint64_t(const std::string& key, std::uint64_t numbers, std::uint64_t width)>;

struct Storage {
    std::string key;
    std::string type_name;
    StorageType type;
    std::uint64_t numbers = 0;
};

class StateDictionary {
public:
    explicit StateDictionary(const Pickle& pickle) : pickle_(pickle) {
        PickleReference found = pickle.root;
        if (pickle[found].kind == Kind::dictionary)
            for (std::size_t i = 0; i + 1 < pickle[found].items.size(); i += 2)
                if (is_text(pickle[found].items[i], "state_dict")) {
                    found = pickle[found].items[i + 1];
                    break;
                }
        if (pickle[found].kind != Kind::dictionary)
            refuse("it holds no state dictionary; save the network's state_dict() with torch.save");
        dictionary_ = &pickle[found];
    }

    /// Every storage that a tensor of the dictionary refers to, by key.
    std::map<std::string, Storage> storages() const {
        std::map<std::string, Storage> list;
        for_each_tensor([&](const std::string&, const std::vector<PickleReference>& arguments) {
            const Storage storage = storage_of(arguments[0]);
            const auto [known, fresh] = list.emplace(storage.key, storage);
            if (!fresh && (known->second.numbers != storage.numbers || known->second.type_name != storage.type_name))
                refuse("its pickle contradicts itself about a storage");
        });
        return list;
    }

    StoredTensors tensors(const FindStorage& find_storage) const {
        StoredTensors list;
        for_each_tensor([&](const std::string& name, const std::vector<PickleReference>& arguments) {
            const Storage storage = storage_of(arguments[0]);
            const std::uint64_t first = whole_number(arguments[1]);
            const auto shape = whole_numbers(arguments[2]), strides = whole_numbers(arguments[3]);
            StoredTensor tensor;
            tensor.type = storage.type.type;
            tensor.type_name = storage.type_name;
            tensor.shape = shape;
            tensor.elements = 1;
            if (shape.size() != strides.size()) refuse("the tensor " + name + " has a broken shape");
            bool whole = true;
            for (std::size_t i = shape.size(); i-- > 0;) {
                // A stride of an extent of 1 is never used and may be anything.
                whole = whole && (shape[i] == 1 || strides[i] == tensor.elements);
                if (__builtin_mul_overflow(tensor.elements, shape[i], &tensor.elements))
                    refuse("the tensor " + name + " has a broken shape");
            }
            if (!whole && tensor.elements > 0)
                refuse("the numbers of the tensor " + name +
                       " do not lie one after another; save .contiguous() tensors");
            if (first > storage.numbers || tensor.elements > storage.numbers - first)
                refuse("the tensor " + name + " is larger than its storage");
            tensor.offset = find_storage(storage.key, storage.numbers, storage.type.width) + first * storage.type.width;
            if (!list.emplace(name, tensor).second) refuse("the tensor " + name + " is there twice");
        });
        return list;
    }

private:
    bool is_text(PickleReference reference, std::string_view text) const {
        return pickle_[reference].kind == Kind::text && pickle_[reference].text == text;
    }

    template <class Act>
    void for_each_tensor(Act act) const {
        for (std::size_t i = 0; i + 1 < dictionary_->items.size(); i += 2) {
            const PickleValue &key = pickle_[dictionary_->items[i]], &value = pickle_[dictionary_->items[i + 1]];
            if (value.kind != Kind::tensor) continue;  // a checkpoint's epoch and such
            if (key.kind != Kind::text || key.text.size() > longest_name)
                refuse("its state dictionary has a tensor without a usable name");
            const PickleValue& arguments = pickle_[value.items[0]];
            if (arguments.items.size() < 4) refuse("its pickle describes a tensor in an unknown way");
            act(std::string(key.text), arguments.items);
        }
    }

    std::uint64_t whole_number(PickleReference reference) const {
        const PickleValue& value = pickle_[reference];
        if (value.kind != Kind::integer || value.integer < 0) refuse("its pickle has no number where one belongs");
        return std::uint64_t(value.integer);
    }

    std::vector<std::uint64_t> whole_numbers(PickleReference reference) const {
        const PickleValue& value = pickle_[reference];
        if (value.kind != Kind::tuple || value.items.size() > 8) refuse("its pickle has no shape where one belongs");
        std::vector<std::uint64_t> list;
        for (const PickleReference item : value.items) list.push_back(whole_number(item));
        return list;
    }

    // ("storage", type, key, where it was, numbers) and in the older form None behind it, or a view of another storage.
    Storage storage_of(PickleReference reference) const {
        const PickleValue& value = pickle_[reference];
        if (value.kind != Kind::storage) refuse("its pickle describes a tensor in an unknown way");
        const PickleValue& id = pickle_[value.items[0]];
        if (id.kind != Kind::tuple || id.items.size() < 5 || id.items.size() > 6 || !is_text(id.items[0], "storage") ||
            pickle_[id.items[1]].kind != Kind::global || pickle_[id.items[2]].kind != Kind::text ||
            pickle_[id.items[2]].text.size() > longest_name)
            refuse("its pickle describes a storage in an unknown way");
        if (id.items.size() == 6 && pickle_[id.items[5]].kind != Kind::none)
            refuse("a storage of it is a view of another one, which only very old PyTorch wrote; save it again");
        Storage storage;
        const std::string_view global = pickle_[id.items[1]].text;
        storage.type = storage_type(global);
        storage.type_name = std::string(global.substr(global.find('\n') + 1));
        storage.key = std::string(pickle_[id.items[2]].text);
        storage.numbers = whole_number(id.items[4]);
        if (storage.numbers > (std::uint64_t(1) << 56)) refuse("a storage of it is larger than any file");
        return storage;
    }

    const Pickle& pickle_;
    const PickleValue* dictionary_ = nullptr;
};

std::string read_text(const WeightsBytes& bytes, std::uint64_t offset, std::uint64_t size) {
    std::string text(std::size_t(size), '\0');
    bytes.read(offset, text.data(), text.size());
    return text;
}

}  // namespace

bool looks_like_zip(const std::vector<std::uint8_t>& head) {
    return head.size() >= 4 && std::memcmp(head.data(), "PK\x03\x04", 4) == 0;
}

bool looks_like_old_pytorch(const std::vector<std::uint8_t>& head) {
    return head.size() >= old_magic_size && std::memcmp(head.data(), old_magic, old_magic_size) == 0;
}

StoredTensors read_pytorch_zip(const WeightsBytes& bytes) {
    const auto entries = read_zip(bytes);
    std::string folder;
    for (const auto& [name, entry] : entries) {
        const auto slash = name.find('/');
        if (slash != std::string::npos && name.compare(slash, std::string::npos, "/data.pkl") == 0)
            folder = name.substr(0, slash + 1);
    }
    if (folder.empty()) refuse("it is a zip archive, but not one of PyTorch's");
    if (entries.count(folder + "constants.pkl"))
        refuse("it is a TorchScript program; save the network's state_dict() with torch.save");
    if (const auto order = entries.find(folder + "byteorder"); order != entries.end())
        if (read_text(bytes, order->second.offset, std::min<std::uint64_t>(order->second.size, 8)) != "little")
            refuse("it was saved on a big-endian machine");

    const ZipEntry& table = entries.at(folder + "data.pkl");
    if (!table.plain) refuse("its archive is compressed; torch.save never does that, so save it again");
    if (table.size > largest_pickle) refuse("its pickle is longer than any network's");
    const std::string text = read_text(bytes, table.offset, table.size);
    const Pickle pickle = read_pickle(text);
    return StateDictionary(pickle).tensors([&](const std::string& key, std::uint64_t numbers, std::uint64_t width) {
        const auto entry = entries.find(folder + "data/" + key);
        if (entry == entries.end()) refuse("a storage that its pickle names is not in the archive");
        if (!entry->second.plain || entry->second.size != numbers * width)
            refuse("a storage has not the size that its pickle says");
        return entry->second.offset;
    });
}

StoredTensors read_old_pytorch(const WeightsBytes& bytes) {
    const std::string head = read_text(bytes, 0, std::min<std::uint64_t>(bytes.size(), largest_pickle));
    if (head.compare(0, old_magic_size, old_magic, old_magic_size) != 0) refuse("it is not one of PyTorch's files");
    std::string_view rest = std::string_view(head).substr(old_magic_size);
    std::uint64_t at = old_magic_size;
    const auto next = [&] {
        Pickle pickle = read_pickle(rest);
        rest.remove_prefix(pickle.length);
        at += pickle.length;
        return pickle;
    };

    const Pickle protocol = next();
    if (protocol[protocol.root].kind != Kind::integer || protocol[protocol.root].integer != old_protocol)
        refuse("it was saved by a PyTorch that this program does not know");
    const Pickle system = next();
    if (system[system.root].kind == Kind::dictionary) {
        const auto& items = system[system.root].items;
        for (std::size_t i = 0; i + 1 < items.size(); i += 2)
            if (system[items[i]].text == "little_endian" && system[items[i + 1]].integer != 1)
                refuse("it was saved on a big-endian machine");
    }
    const Pickle pickle = next();
    const StateDictionary dictionary(pickle);
    const auto storages = dictionary.storages();

    // Behind the pickles lie the storages, in the order of a list of their keys, each led by its count of numbers.
    const Pickle order = next();
    if (order[order.root].kind != Kind::list) refuse("its list of storages is missing");
    std::map<std::string, std::uint64_t> offsets;
    for (const PickleReference reference : order[order.root].items) {
        const auto storage = storages.find(std::string(order[reference].text));
        if (order[reference].kind != Kind::text || storage == storages.end())
            refuse("it has a storage that no tensor of its state dictionary uses, so the rest cannot be found");
        std::uint8_t count[8];
        bytes.read(at, count, sizeof count);
        if (little_endian(count, 8) != storage->second.numbers)
            refuse("a storage has not the size that its pickle says");
        at += sizeof count;
        if (!offsets.emplace(storage->first, at).second) refuse("a storage is there twice");
        const std::uint64_t size = storage->second.numbers * storage->second.type.width;
        if (at > bytes.size() || size > bytes.size() - at)
            refuse("the file ends too early; it was not downloaded or copied completely");
        at += size;
    }
    return dictionary.tensors([&](const std::string& key, std::uint64_t, std::uint64_t) {
        const auto found = offsets.find(key);
        if (found == offsets.end()) refuse("a storage that its pickle names is not in the file");
        return found->second;
    });
}

}  // namespace neural_style
