// Every setting, described once: name, kind, range, default, help. The command line, the PDB's settings string, the
// presets and the dialog are all driven by this table.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace neural_style {

struct Setting {
    enum class Kind { text, choice, integer, real };

    const char* key;
    Kind kind;
    const char* standard;              ///< the default, as text
    double low, high;                  ///< range of integer and real, both ends allowed
    std::vector<const char*> choices;  ///< of choice
    const char* help;                  ///< what it does, one English sentence

    std::string allowed() const;  ///< "0..1", "lbfgs, adam", … for messages and --list-settings
};

const std::vector<Setting>& settings_table();
const Setting* find_setting(std::string_view key);  ///< nullptr if there is none

/// A set of values. Holds only what was set by hand; everything else reads as its default. Every value inside is valid.
class Settings {
public:
    /// Reads "key=value;key=value" (";" and "\" inside a value are written "\;" and "\\"; spaces around keys and
    /// values and empty pairs are ignored, but a value may begin and end with "\ "). Throws Error(Cause::settings).
    static Settings parse(std::string_view text);

    /// Throws Error(Cause::settings) that names the key, the value and what is allowed.
    void set(std::string_view key, std::string_view value);
    void set(std::string_view key, double value);
    void reset(std::string_view key);   ///< back to the default
    void merge(const Settings& other);  ///< takes over all that is set by hand in `other`

    bool is_set(std::string_view key) const;  ///< by hand
    std::string text(std::string_view key) const;
    double real(std::string_view key) const;
    long long integer(std::string_view key) const;  ///< 0 for "auto"

    std::string to_text() const;  ///< what was set by hand, in the table's order; parse() reads it back

    bool operator==(const Settings& other) const { return values_ == other.values_; }

private:
    std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace neural_style
