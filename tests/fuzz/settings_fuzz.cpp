// libFuzzer's entry for the settings string that scripts, presets and the wire carry.
#include <string>

#include "neural-style/error.hpp"
#include "neural-style/settings.hpp"
#include "promises.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace neural_style;
    const std::string text(reinterpret_cast<const char*>(data), size);
    try {
        const Settings settings = Settings::parse(text);
        for (const Setting& setting : settings_table()) {
            if (setting.kind == Setting::Kind::real)
                testing::must(settings.real(setting.key) >= setting.low && settings.real(setting.key) <= setting.high,
                              "a number is in its range");
            if (setting.kind == Setting::Kind::integer && settings.text(setting.key) != "auto")
                testing::must(settings.integer(setting.key) >= setting.low &&
                                  double(settings.integer(setting.key)) <= setting.high,
                              "a whole number is in its range");
        }
        const std::string again = settings.to_text();
        testing::must(Settings::parse(again).to_text() == again, "settings come back from their text");
    } catch (const Error& error) {
        testing::must(error.cause() == Cause::settings && testing::is_sentence(error.what()), "a refusal says why");
    }
    return 0;
}
