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
constexpr std::size_t most_tensors =
    20'000;                                 // of all tables together; names can be longer than the bytes that made them
constexpr std::size_t longest_name = 1000;  // bytes; one long text of a hostile file may be named many times

[[noreturn]] void refuse(const std::string& what) { throw Error(Cause::weights, readable(what)); }

struct StorageType {
    NumberType type;
    std::uint64_t width;  ///< bytes of a number
};

/// Width 0 for a type that is not known; no tensor of such a type is needed, so it is no fault.
StorageType storage_type(std::string_view global) {
    static const std::map<std::string_view, StorageType> types = {
        {"torch\nFloatStorage", {NumberType::float32, 4}},
        {"torch\nHalfStorage", {NumberType::float16, 2}},
        {"torch\nBFloat16Storage", {NumberType::bfloat16, 2}},
        {"torch\nDoubleStorage", {NumberType::float64, 8}},
        {"torch\nLongStorage", {NumberType::other, 8}},
        {"torch\nIntStorage", {NumberType::other, 4}},
        {"torch\nShortStorage", {NumberType::other, 2}},
        {"torch\nCharStorage", {NumberType::other, 1}},
        {"torch\nByteStorage", {NumberType::other, 1}},
        {"torch\nBoolStorage", {NumberType::other, 1}},
        {"torch\nComplexFloatStorage", {NumberType::other, 8}},
        {"torch\nComplexDoubleStorage", {NumberType::other, 16}}};
    const auto found = types.find(global);
    return found == types.end() ? StorageType{NumberType::other, 0} : found->second;
}

/// Where a storage's numbers lie, once it is known; asked for key, numbers and bytes a number.
using FindStorage = std::function<std::uint64_t(const std::string& key, std::uint64_t numbers, std::uint64_t width)>;

struct Storage {
    std::string key;
    std::string type_name;
    StorageType type;
    std::uint64_t numbers = 0;
};

/// The tables of tensors in a pickle, one within another, whatever else stands beside them.
class Tables {
public:
    explicit Tables(const Pickle& pickle) : pickle_(pickle), seen_(pickle.values.size()) {
        look_into(pickle.root, "", 0);
        if (!tensors_.empty()) return;
        if (!model_.empty())
            refuse("it holds no table of tensors but an object of Python's " + model_ +
                   "; if you trust it, save its table where that is known, in Python: "
                   "torch.save(torch.load(\"FILE\").state_dict(), \"new.pth\")");
        refuse(
            "it holds no table of tensors; save the network's own, in Python: torch.save(network.state_dict(), "
            "\"new.pth\")");
    }

    /// Every storage of the pickle, by key, whether a tensor needs it or not.
    std::map<std::string, Storage> storages() const {
        std::map<std::string, Storage> list;
        for (PickleReference reference = 0; reference < pickle_.values.size(); ++reference) {
            if (pickle_[reference].kind != Kind::storage || !is_known(pickle_[reference])) continue;
            const Storage storage = storage_of(reference);
            const auto [known, fresh] = list.emplace(storage.key, storage);
            if (!fresh && (known->second.numbers != storage.numbers || known->second.type_name != storage.type_name))
                refuse("its pickle contradicts itself about a storage");
        }
        return list;
    }

    StoredTensors tensors(const FindStorage& find_storage) const {
        StoredTensors list;
        for (const auto& [name, reference] : tensors_) {
            const std::vector<PickleReference>& arguments = pickle_[pickle_[reference].items[0]].items;
            if (arguments.size() < 4) refuse("its pickle describes a tensor in an unknown way");
            const Storage storage = storage_of(arguments[0]);
            const std::uint64_t first = whole_number(arguments[1]);
            StoredTensor tensor;
            tensor.type = storage.type.type;
            tensor.type_name = storage.type_name;
            tensor.shape = whole_numbers(arguments[2]);
            take_strides(name, whole_numbers(arguments[3]), tensor);
            if (first > storage.numbers || (tensor.flaw.empty() && tensor.elements > storage.numbers - first))
                refuse("the tensor " + name + " is larger than its storage");
            tensor.offset = find_storage(storage.key, storage.numbers, storage.type.width) + first * storage.type.width;
            list.emplace(name, tensor);
        }
        return list;
    }

private:
    static constexpr int deepest = 40;  // modules within modules within a checkpoint

    bool is_text(PickleReference reference, std::string_view text) const {
        return pickle_[reference].kind == Kind::text && pickle_[reference].text == text;
    }

    /// A key as part of a tensor's name; nothing if it cannot be one.
    std::string key_text(PickleReference reference) const {
        const PickleValue& key = pickle_[reference];
        if (key.kind == Kind::integer) return std::to_string(key.integer);
        return key.kind == Kind::text && key.text.size() <= longest_name ? std::string(key.text) : "";
    }

    void take(const std::string& name, PickleReference reference) {
        if (name.size() > longest_name) refuse("a name in it is longer than any tensor's");
        if (tensors_.size() >= most_tensors) refuse("it has more tensors than any network");
        if (!tensors_.emplace(name, reference).second) refuse("the tensor " + name + " is there twice");
    }

    /// Tables within tables make names such as "state_dict/features.0.weight". Each value is looked into once: what has
    /// two names has one here, and a circle ends.
    void look_into(PickleReference reference, const std::string& path, int depth) {
        const PickleValue& value = pickle_[reference];
        if (depth > deepest || path.size() > longest_name || seen_[reference]) return;
        if (value.kind != Kind::dictionary && value.kind != Kind::list && value.kind != Kind::tuple &&
            value.kind != Kind::object)
            return;
        seen_[reference] = true;
        if (value.kind == Kind::object) return look_into_object(value, path, depth);
        const bool dictionary = value.kind == Kind::dictionary;
        for (std::size_t i = 0; i + (dictionary ? 1 : 0) < value.items.size(); i += dictionary ? 2 : 1) {
            const std::string key = dictionary ? key_text(value.items[i]) : std::to_string(i);
            const PickleReference item = value.items[dictionary ? i + 1 : i];
            if (key.empty()) continue;
            if (pickle_[item].kind == Kind::tensor)
                take(path + key, item);
            else
                look_into(item, path + key + "/", depth + 1);
        }
    }

    /// A whole network, saved as the object that it is: its modules hold each other, and their tensors, under these
    /// names.
    void look_into_object(const PickleValue& object, const std::string& path, int depth) {
        if (model_.empty()) model_ = class_name(object.text);
        for (const PickleReference state : object.items) {
            if (pickle_[state].kind != Kind::dictionary || seen_[state]) continue;
            seen_[state] = true;
            const auto& items = pickle_[state].items;
            for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
                if (is_text(items[i], "_parameters") || is_text(items[i], "_buffers"))
                    look_into(items[i + 1], path, depth + 1);
                if (is_text(items[i], "_modules")) look_into_modules(items[i + 1], path, depth + 1);
            }
        }
    }

    void look_into_modules(PickleReference reference, const std::string& path, int depth) {
        const PickleValue& modules = pickle_[reference];
        if (modules.kind != Kind::dictionary || seen_[reference]) return;
        seen_[reference] = true;
        for (std::size_t i = 0; i + 1 < modules.items.size(); i += 2)
            if (const std::string key = key_text(modules.items[i]); !key.empty())
                look_into(modules.items[i + 1], path + key + ".", depth + 1);
    }

    static std::string class_name(std::string_view global) {
        std::string name(global.substr(0, 80));
        std::replace(name.begin(), name.end(), '\n', '.');
        return name.empty() ? "?" : name;
    }

    void take_strides(const std::string& name, const std::vector<std::uint64_t>& strides, StoredTensor& tensor) const {
        if (tensor.shape.size() != strides.size()) refuse("the tensor " + name + " has a broken shape");
        tensor.elements = 1;
        bool row_major = true;
        for (std::size_t i = tensor.shape.size(); i-- > 0;) {
            // A stride of an extent of 1 is never used and may be anything.
            row_major = row_major && (tensor.shape[i] == 1 || strides[i] == tensor.elements);
            if (__builtin_mul_overflow(tensor.elements, tensor.shape[i], &tensor.elements))
                refuse("the tensor " + name + " has a broken shape");
        }
        if (row_major || tensor.elements == 0) return;
        if (is_dense(tensor.shape, strides))
            tensor.strides = strides;
        else
            tensor.flaw = " do not lie one after another; save .contiguous() tensors";
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

    /// ("storage", type, key, where it was, numbers) and in the older form None behind it, or a view of another
    /// storage.
    bool is_known(const PickleValue& value) const {
        const PickleValue& id = pickle_[value.items[0]];
        return id.kind == Kind::tuple && (id.items.size() == 5 || id.items.size() == 6) &&
               is_text(id.items[0], "storage") && pickle_[id.items[1]].kind == Kind::global &&
               pickle_[id.items[2]].kind == Kind::text && pickle_[id.items[2]].text.size() <= longest_name;
    }

    Storage storage_of(PickleReference reference) const {
        const PickleValue& value = pickle_[reference];
        if (value.kind != Kind::storage || !is_known(value)) refuse("its pickle describes a storage in an unknown way");
        const PickleValue& id = pickle_[value.items[0]];
        if (id.items.size() == 6 && pickle_[id.items[5]].kind != Kind::none)
            refuse("a storage of it is a view of another one, which only very old PyTorch wrote; save it again");
        Storage storage;
        const std::string_view global = pickle_[id.items[1]].text;
        storage.type = storage_type(global);
        storage.type_name = std::string(global.substr(global.find('\n') + 1).substr(0, 80));
        storage.key = std::string(pickle_[id.items[2]].text);
        storage.numbers = whole_number(id.items[4]);
        if (storage.numbers > (std::uint64_t(1) << 56)) refuse("a storage of it is larger than any file");
        return storage;
    }

    const Pickle& pickle_;
    std::vector<bool> seen_;  ///< values that were looked into
    std::map<std::string, PickleReference> tensors_;
    std::string model_;  ///< class of the first object that might hold tensors
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
    if (folder.empty())
        refuse(entries.empty() || entries.begin()->first.find(".npy") == std::string::npos
                   ? "it is a zip archive, but not one of PyTorch's"
                   : "it is an archive of NumPy arrays; save it again, in Python: "
                     "torch.save({n: torch.tensor(a) for n, a in numpy.load(\"FILE\").items()}, \"new.pth\")");
    if (entries.count(folder + "constants.pkl"))
        refuse(
            "it is a TorchScript program; save its table of tensors, in Python: "
            "torch.save(torch.jit.load(\"FILE\").state_dict(), \"new.pth\")");
    if (const auto order = entries.find(folder + "byteorder"); order != entries.end())
        if (read_text(bytes, order->second.offset, std::min<std::uint64_t>(order->second.size, 8)) != "little")
            refuse("it was saved on a big-endian machine");

    const ZipEntry& table = entries.at(folder + "data.pkl");
    if (!table.plain)
        refuse(
            std::string(
                "its archive is compressed, which torch.save never does; if you trust it, save it again, in Python: ") +
            save_again);
    if (table.size > largest_pickle) refuse("its pickle is longer than any network's");
    const std::string text = read_text(bytes, table.offset, table.size);
    const Pickle pickle = read_pickle(text);
    return Tables(pickle).tensors([&](const std::string& key, std::uint64_t numbers, std::uint64_t width) {
        const auto entry = entries.find(folder + "data/" + key);
        if (entry == entries.end()) refuse("a storage that its pickle names is not in the archive");
        if (!entry->second.plain || (width && entry->second.size != numbers * width))
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
    const Tables tables(pickle);
    const auto storages = tables.storages();

    // Behind the pickles lie the storages, in the order of a list of their keys, each led by its count of numbers.
    const Pickle order = next();
    if (order[order.root].kind != Kind::list) refuse("its list of storages is missing");
    std::map<std::string, std::uint64_t> offsets;
    for (const PickleReference reference : order[order.root].items) {
        const auto storage = storages.find(std::string(order[reference].text));
        if (order[reference].kind != Kind::text || storage == storages.end())
            refuse("it has a storage that its pickle does not name, so the rest cannot be found");
        std::uint8_t count[8];
        bytes.read(at, count, sizeof count);
        if (little_endian(count, 8) != storage->second.numbers)
            refuse("a storage has not the size that its pickle says");
        at += sizeof count;
        if (!offsets.emplace(storage->first, at).second) refuse("a storage is there twice");
        if (!storage->second.type.width)
            refuse("it has numbers of the type " + storage->second.type_name +
                   ", whose length is not known; save the network's table alone, in Python: "
                   "torch.save(network.state_dict(), \"new.pth\")");
        const std::uint64_t size = storage->second.numbers * storage->second.type.width;
        if (at > bytes.size() || size > bytes.size() - at)
            refuse("the file ends too early; it was not downloaded or copied completely");
        at += size;
    }
    return tables.tensors([&](const std::string& key, std::uint64_t, std::uint64_t) {
        const auto found = offsets.find(key);
        if (found == offsets.end()) refuse("a storage that its pickle names is not in the file");
        return found->second;
    });
}

}  // namespace neural_style
