// The session against a fake host, a scripted dialog and a scripted engine: every run mode and every ending.
#include "session.hpp"

#include <glib.h>
#include <glib/gstdio.h>
#include <gtest/gtest.h>

#include <clocale>
#include <cmath>

#include "engine_request.hpp"
#include "fake_host.hpp"
#include "settings_store.hpp"
#include "silent_run.hpp"

using namespace neural_style;

namespace {

constexpr int photo = 1, painting = 2, print = 3;

// The layer that the first run made is `first`; later ones count on from it.
constexpr int first = 101;

RunArguments again(int layer, int more = 0) {
    RunArguments result;
    result.again = true;
    result.request.content = layer;
    result.request.more = more;
    return result;
}

class Session : public testing::Test {
protected:
    FakeHost host;
    SessionParts parts;
    std::vector<Request> computed;
    std::vector<RunRequest> shown;
    Outcome answer;  // of the engine
    std::function<std::optional<Outcome>(RunRequest&)> person = [](RunRequest&) { return std::nullopt; };
    std::function<void(const RunRequest&, const Outcome&)> deliver;  // all at once, of the dialog that is open
    std::string folder;

    Session() {
        host.put(photo, "photo");
        host.put(painting, "painting", 5, 5);
        host.put(print, "print", 6, 6);
        answer.kind = Outcome::Kind::finished;
        answer.picture = Image(4, 3);
        answer.network = "builtin";
        gchar* made = g_dir_make_tmp("neural-style-XXXXXX", nullptr);
        folder = made;
        g_free(made);
        parts.values_path = folder + "/below/last-values.ini";
        parts.places_path = folder + "/below/places.ini";
        parts.compute = [this](Request request, const std::function<void(const Evaluation&)>& progress) {
            computed.push_back(std::move(request));
            Evaluation event;
            event.evaluations = 4;
            for (event.evaluation = 1; event.evaluation <= 4; ++event.evaluation) progress(event);
            return answer;
        };
        parts.dialog = [this](RunRequest& request, const Deliver& take) -> std::shared_ptr<const Outcome> {
            shown.push_back(request);
            deliver = [take](const RunRequest& made, const Outcome& outcome) {
                const Delivery delivery = take(made, std::make_shared<const Outcome>(outcome));
                while (delivery()) {
                }
            };
            const auto outcome = person(request);
            return outcome ? std::make_shared<const Outcome>(*outcome) : nullptr;
        };
    }
    ~Session() override {
        g_unlink(parts.values_path.c_str());
        g_unlink(parts.places_path.c_str());
        g_rmdir((folder + "/below").c_str());
        g_rmdir(folder.c_str());
    }

    static RunArguments arguments(RunMode mode, std::vector<StyleChoice> styles = {{painting, 1}},
                                  const char* settings = "style-weight=500;iterations=4") {
        RunArguments result;
        result.mode = mode;
        result.request.content = photo;
        result.request.styles = std::move(styles);
        result.request.settings = Settings::parse(settings);
        return result;
    }
    RunStatus run(const RunArguments& given) {
        return status_of([&] { return run_session(host, given, parts); });
    }

    void expect_untouched(const RunStatus& status, RunStatus::Kind kind, const std::string& words) {
        EXPECT_EQ(status.kind, kind);
        EXPECT_NE(status.sentence.find(words), std::string::npos) << status.sentence;
        EXPECT_TRUE(host.added.empty());
        EXPECT_TRUE(host.kept.empty());
        EXPECT_FALSE(g_file_test(parts.values_path.c_str(), G_FILE_TEST_EXISTS));
    }
};

TEST_F(Session, runs_without_a_window) {
    const RunStatus status = run(arguments(RunMode::non_interactive));
    ASSERT_EQ(status.kind, RunStatus::Kind::done) << status.sentence;
    EXPECT_EQ(status.layer, 101);
    ASSERT_EQ(host.added.size(), 1u);
    EXPECT_EQ(host.added[0].above, photo);
    EXPECT_EQ(host.added[0].name, "painting (builtin)");
    EXPECT_EQ(host.added[0].picture.width, 4);
    ASSERT_EQ(computed.size(), 1u);
    EXPECT_EQ(computed[0].content.width, 4);
    ASSERT_EQ(computed[0].styles.size(), 1u);
    EXPECT_EQ(computed[0].styles[0].image.width, 5);
    EXPECT_EQ(computed[0].settings.to_text(), arguments(RunMode::non_interactive).request.settings.to_text());
    EXPECT_EQ(host.styles_read, (std::vector<std::pair<int, int>>{{painting, photo}}));
    EXPECT_DOUBLE_EQ(host.fractions.back(), 1);
    EXPECT_TRUE(shown.empty());
}

TEST_F(Session, a_script_leaves_last_values_out_and_the_file_alone) {
    save_values(parts.values_path, {Settings::parse("seed=9"), {}});
    run(arguments(RunMode::non_interactive));
    EXPECT_FALSE(computed[0].settings.is_set("seed"));
    EXPECT_EQ(load_values(parts.values_path).settings.to_text(), "seed=9");
    EXPECT_EQ(last_values(host.kept).settings.real("style-weight"), 500);
}

TEST_F(Session, blends_styles) {
    const RunStatus status = run(arguments(RunMode::non_interactive, {{painting, 1}, {print, 0.5}}));
    EXPECT_EQ(status.kind, RunStatus::Kind::done);
    EXPECT_EQ(host.added[0].name, "painting + print (builtin)");
    ASSERT_EQ(computed[0].styles.size(), 2u);
    EXPECT_EQ(computed[0].styles[1].weight, 0.5);
}

TEST_F(Session, leaves_out_styles_of_no_weight) {
    run(arguments(RunMode::non_interactive, {{painting, 0}, {print, 2}}));
    ASSERT_EQ(computed[0].styles.size(), 1u);
    EXPECT_EQ(computed[0].styles[0].image.width, 6);
    EXPECT_EQ(host.added[0].name, "print (builtin)");
}

TEST_F(Session, refuses_what_cannot_be_run) {
    host.put(4, "dot", 1, 1);
    using Kind = RunStatus::Kind;
    const auto mode = RunMode::non_interactive;
    expect_untouched(run(arguments(mode, {})), Kind::failed, "No style");
    expect_untouched(run(arguments(mode, {{photo, 1}})), Kind::failed, "its own style");
    expect_untouched(run(arguments(mode, {{77, 1}})), Kind::failed, "no such layer");
    expect_untouched(run(arguments(mode, {{4, 1}})), Kind::failed, "too small");
    expect_untouched(run(arguments(mode, {{painting, 0}})), Kind::wrong_call, "weight 0");
    expect_untouched(run(arguments(mode, {{painting, -1}})), Kind::wrong_call, "cannot be -1");
    expect_untouched(run(arguments(mode, {{painting, NAN}})), Kind::wrong_call, "cannot be");
    host.transparent = true;
    expect_untouched(run(arguments(mode)), Kind::failed, "entirely transparent");
    host.refusal = "The image is indexed.";
    expect_untouched(run(arguments(mode)), Kind::failed, "indexed");
    expect_untouched(run(arguments(RunMode::interactive)), Kind::failed, "indexed");
    expect_untouched(run(arguments(RunMode::last_values)), Kind::failed, "indexed");
    EXPECT_TRUE(computed.empty());
    EXPECT_TRUE(shown.empty());
}

TEST_F(Session, hands_on_what_of_the_content_counts) {
    host.content_mask = {4, 3, {0, 0, .5F, 1, 0, 0, .5F, 1, 0, 0, .5F, 1}};
    const int made = run(arguments(RunMode::non_interactive)).layer;
    EXPECT_EQ(computed.at(0).content_mask.values, host.content_mask.values);
    EXPECT_EQ(computed.at(0).content_mask.width, 4);
    run(again(made));  // masked as what lies below it
    EXPECT_EQ(host.masks_read, (std::vector<std::pair<int, int>>{{photo, -1}, {photo, made}}));
    host.content_mask.values.assign(12, 1);
    run(arguments(RunMode::non_interactive));
    EXPECT_TRUE(computed.at(2).content_mask.empty());
    host.added.clear();
    host.kept.clear();
    host.content_mask.values.assign(12, 0);
    expect_untouched(run(arguments(RunMode::non_interactive)), RunStatus::Kind::failed, "leave nothing of what");
}

TEST_F(Session, the_layer_has_the_mask_that_its_picture_was_made_with) {
    host.content_mask = {4, 3, {0, 0, .5F, 1, 0, 0, .5F, 1, 0, 0, .5F, 1}};
    const auto compute = parts.compute;
    Mask meanwhile;
    parts.compute = [&](Request request, const auto& progress) {
        std::swap(host.content_mask, meanwhile);  // a person selects something else
        return compute(std::move(request), progress);
    };
    run(arguments(RunMode::non_interactive));
    ASSERT_TRUE(host.added.at(0).what.mask);
    EXPECT_EQ(host.added[0].what.mask->values, computed.at(0).content_mask.values);
    run(arguments(RunMode::non_interactive));  // and one that selects something where nothing was
    EXPECT_TRUE(computed.at(1).content_mask.empty());
    EXPECT_FALSE(host.added.at(1).what.mask);
    host.content_mask.values.assign(12, 1);  // says nothing to the engine, but is there
    run(arguments(RunMode::non_interactive));
    EXPECT_TRUE(computed.at(2).content_mask.empty());
    ASSERT_TRUE(host.added.at(2).what.mask);
    EXPECT_EQ(host.added[2].what.mask->values, std::vector<float>(12, 1));
}

TEST_F(Session, tells_why_the_engine_failed) {
    answer = {};
    answer.cause = Cause::memory;
    answer.sentence = "Memory ran out.";
    expect_untouched(run(arguments(RunMode::non_interactive)), RunStatus::Kind::failed, "Memory ran out.");
    answer.sentence.clear();
    expect_untouched(run(arguments(RunMode::non_interactive)), RunStatus::Kind::failed, "not enough memory");
    answer.cause = Cause::settings;
    expect_untouched(run(arguments(RunMode::non_interactive)), RunStatus::Kind::wrong_call, "settings");
}

TEST_F(Session, tells_that_the_layer_could_not_be_added) {
    host.full = true;
    expect_untouched(run(arguments(RunMode::non_interactive)), RunStatus::Kind::failed, "could not add");
}

TEST_F(Session, survives_what_nobody_expected) {
    parts.compute = [](Request, const auto&) -> Outcome { throw std::bad_alloc(); };
    expect_untouched(run(arguments(RunMode::non_interactive)), RunStatus::Kind::failed, "not enough memory");
    parts.compute = [](Request, const auto&) -> Outcome { throw std::runtime_error("odd"); };
    expect_untouched(run(arguments(RunMode::non_interactive)), RunStatus::Kind::failed, "odd");
}

TEST_F(Session, the_dialog_starts_from_last_values_and_arguments) {
    save_values(parts.values_path, {Settings::parse("seed=9;style-weight=7"), {}});
    run(arguments(RunMode::interactive));
    ASSERT_EQ(shown.size(), 1u);
    EXPECT_EQ(shown[0].content, photo);
    EXPECT_EQ(shown[0].settings.integer("seed"), 9);
    EXPECT_EQ(shown[0].settings.real("style-weight"), 500);
    EXPECT_EQ(shown[0].styles.size(), 1u);
}

TEST_F(Session, the_menu_gives_neither_style_nor_settings) {
    host.kept = to_text({Settings::parse("seed=3"), {{print, 0.25}, {77, 1}}});
    run(arguments(RunMode::interactive, {}, ""));
    ASSERT_EQ(shown.size(), 1u);
    EXPECT_EQ(shown[0].settings.to_text(), "seed=3");
    ASSERT_EQ(shown[0].styles.size(), 1u);  // the other layer is gone
    EXPECT_EQ(shown[0].styles[0].layer, print);
    EXPECT_EQ(shown[0].styles[0].weight, 0.25);
}

TEST_F(Session, a_cancelled_dialog_changes_nothing) {
    person = [](RunRequest& request) {
        request.settings.set("seed", 1.0);
        return std::nullopt;
    };
    expect_untouched(run(arguments(RunMode::interactive)), RunStatus::Kind::cancelled, "");
    EXPECT_TRUE(computed.empty());
}

TEST_F(Session, an_accepted_dialog_gives_the_layer_and_is_remembered) {
    for (const auto kind : {Outcome::Kind::finished, Outcome::Kind::stopped}) {
        answer.kind = kind;
        person = [&](RunRequest& request) -> std::optional<Outcome> {
            request.styles = {{print, 1}};
            request.settings.set("seed", 42.0);
            return answer;
        };
        host.added.clear();
        const RunStatus status = run(arguments(RunMode::interactive, {}, ""));
        EXPECT_EQ(status.kind, RunStatus::Kind::done);
        ASSERT_EQ(host.added.size(), 1u);
        EXPECT_EQ(host.added[0].name, "print (builtin)");
        EXPECT_TRUE(computed.empty());
    }
    EXPECT_EQ(load_values(parts.values_path).settings.integer("seed"), 42);
    EXPECT_TRUE(load_values(parts.values_path).styles.empty());
    EXPECT_EQ(last_values(host.kept).styles.at(0).layer, print);
}

TEST_F(Session, regions_become_guides_of_the_styles_that_count) {
    StyleChoice none{painting, 0}, everywhere{painting, 1}, region{print, 1};
    region.content_region = 7;
    region.style_region = 8;
    host.regions = {7, 8};
    RunRequest request;
    request.content = photo;
    request.styles = {none, everywhere, region};
    Request engine = engine_request(host, request);
    ASSERT_EQ(engine.guides.size(), 1u);  // what it does not cover takes on both
    EXPECT_EQ(engine.guides[0].style, 1u);
    EXPECT_EQ(engine.guides[0].content.values.at(0), float(7000 + photo));
    EXPECT_EQ(engine.guides[0].region.values.at(0), float(8000 + print));

    request.styles[2].content_region = -1;  // only a part of the style, but everywhere: beside the other one
    engine = engine_request(host, request);
    ASSERT_EQ(engine.guides.size(), 2u);
    EXPECT_EQ(engine.guides[0].style, 0u);
    EXPECT_EQ(engine.guides[0].content.values, std::vector<float>{1});
    EXPECT_TRUE(engine.guides[0].region.empty());
    EXPECT_EQ(engine.guides[1].region.values.at(0), float(8000 + print));

    request.styles = {everywhere};
    EXPECT_TRUE(engine_request(host, request).guides.empty());
}

TEST_F(Session, guides_pair_regions_of_any_styles) {
    host.regions = {7, 8, 9};
    RunArguments given = arguments(RunMode::non_interactive, {{painting, 0}, {print, 1}, {4, 0}});
    host.put(4, "spare", 2, 2);
    given.request.guides = {{7, 2, 8}, {9, 1, -1}};
    ASSERT_EQ(run(given).kind, RunStatus::Kind::done);
    ASSERT_EQ(computed.at(0).styles.size(), 2u);  // the one without weight or guide is left out
    EXPECT_EQ(computed[0].styles[1].weight, 0);
    ASSERT_EQ(computed[0].guides.size(), 2u);
    EXPECT_EQ(computed[0].guides[0].style, 1u);
    EXPECT_EQ(computed[0].guides[0].content.values.at(0), float(7000 + photo));
    EXPECT_EQ(computed[0].guides[0].region.values.at(0), 8004);
    EXPECT_EQ(computed[0].guides[1].style, 0u);
    EXPECT_EQ(computed[0].guides[1].content.values.at(0), float(9000 + photo));
    EXPECT_TRUE(computed[0].guides[1].region.empty());
    EXPECT_EQ(host.added[0].name, "print + spare (builtin)");

    const auto expect_same_guides = [&](const Request& request) {
        ASSERT_EQ(request.guides.size(), 2u);
        for (std::size_t i = 0; i < 2; ++i) {
            EXPECT_EQ(request.guides[i].style, computed[0].guides[i].style);
            EXPECT_EQ(request.guides[i].content.values, computed[0].guides[i].content.values);
            EXPECT_EQ(request.guides[i].region.values, computed[0].guides[i].region.values);
        }
    };
    ASSERT_EQ(run(again(first)).kind, RunStatus::Kind::done);
    expect_same_guides(computed.at(1));
    ASSERT_EQ(run(arguments(RunMode::last_values, {}, "")).kind, RunStatus::Kind::done);
    expect_same_guides(computed.at(2));

    run(arguments(RunMode::interactive, {}, ""));  // where they are each style's regions
    ASSERT_EQ(shown.at(0).styles.size(), 2u);
    EXPECT_EQ(shown[0].styles[1].content_region, 7);
    EXPECT_EQ(shown[0].styles[1].style_region, 8);
    EXPECT_TRUE(shown[0].guides.empty());

    host.regions.erase(8);
    EXPECT_NE(run(again(first)).sentence.find("“region 8” that guided “print + spare (builtin)” is not there any more"),
              std::string::npos);
    ASSERT_EQ(run(arguments(RunMode::last_values, {}, "")).kind, RunStatus::Kind::done);
    EXPECT_TRUE(computed.back().guides.empty());
}

TEST_F(Session, the_window_takes_one_pair_for_each_style) {
    host.regions = {7, 8};
    RunArguments given = arguments(RunMode::interactive, {{painting, 1}});
    given.request.guides = {{7, 0, -1}, {8, 0, -1}};
    expect_untouched(run(given), RunStatus::Kind::wrong_call, "one pair of regions for each style");
    given.mode = RunMode::non_interactive;
    ASSERT_EQ(run(given).kind, RunStatus::Kind::done);
    run(arguments(RunMode::interactive, {}, ""));  // which is no reason not to open
    ASSERT_EQ(shown.size(), 1u);
    EXPECT_EQ(shown[0].styles.at(0).content_region, -1);
}

TEST_F(Session, refuses_guides_that_cannot_be) {
    host.regions = {7};
    RunArguments given = arguments(RunMode::non_interactive);
    given.request.guides = {{7, 1, -1}};
    expect_untouched(run(given), RunStatus::Kind::wrong_call, "style 1, but the styles are counted from 0 to 0");
    given.request.guides = {{8, 0, -1}};
    expect_untouched(run(given), RunStatus::Kind::failed, "no such channel");
    given.request.guides = {{7, 0, 8}};
    expect_untouched(run(given), RunStatus::Kind::failed, "no such channel");
    host.content_mask = {4, 3, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
    host.uncovered = 7;
    given.request.guides = {{7, 0, -1}};
    expect_untouched(run(given), RunStatus::Kind::failed, "“region 7” covers nothing of what the layer “photo” shows");
}

TEST_F(Session, what_was_deleted_during_its_own_run_came_not_from_the_clipboard) {
    host.regions = {7, 8};
    RunArguments given = arguments(RunMode::non_interactive, {{painting, 1}, {print, 1}});
    given.request.guides = {{7, 0, 8}};
    const auto compute = parts.compute;
    const auto during = [&](const std::function<void()>& happens) {
        parts.compute = [&, happens](Request request, const auto& progress) {
            happens();
            return compute(std::move(request), progress);
        };
        const RunStatus status = run(given);
        EXPECT_EQ(status.kind, RunStatus::Kind::done) << status.sentence;
        return run(again(status.layer)).sentence;
    };
    EXPECT_NE(
        during([&] { host.regions.erase(8); }).find("channel or layer that guided “painting + print (builtin)” was"),
        std::string::npos);
    host.regions.insert(8);
    EXPECT_NE(during([&] { host.all.erase(painting); }).find("style layer was deleted while “print (builtin)” was"),
              std::string::npos);
}

TEST_F(Session, pictures_delivered_by_an_open_dialog_are_layers_of_their_own) {
    person = [&](RunRequest& request) -> std::optional<Outcome> {
        RunRequest other = request;
        other.styles = {{print, 1}};
        deliver(other, answer);
        deliver(request, answer);
        EXPECT_EQ(host.added.size(), 2u);  // at once, not when the dialog closes
        return std::nullopt;
    };
    const RunStatus status = run(arguments(RunMode::interactive));
    EXPECT_EQ(status.kind, RunStatus::Kind::done);
    EXPECT_EQ(status.layer, 102);
    ASSERT_EQ(host.added.size(), 2u);
    EXPECT_EQ(host.added[0].name, "print (builtin)");
    EXPECT_EQ(host.added[1].name, "painting (builtin)");
    EXPECT_EQ(last_values(host.kept).styles.at(0).layer, painting);
}

TEST_F(Session, a_picture_that_cannot_be_delivered_is_told_to_the_dialog) {
    host.full = true;
    person = [&](RunRequest& request) -> std::optional<Outcome> {
        EXPECT_THROW(deliver(request, answer), Error);
        return std::nullopt;
    };
    EXPECT_EQ(run(arguments(RunMode::interactive)).kind, RunStatus::Kind::cancelled);
}

TEST_F(Session, a_dialog_without_a_screen_is_a_failure) {
    parts.dialog = [](RunRequest&, const Deliver&) -> std::shared_ptr<const Outcome> {
        throw Error(Cause::host, "There is no screen.");
    };
    expect_untouched(run(arguments(RunMode::interactive)), RunStatus::Kind::failed, "no screen");
}

TEST_F(Session, values_that_cannot_be_kept_do_not_cost_the_picture) {
    parts.values_path = "/proc/nowhere/last-values.ini";
    person = [&](RunRequest&) -> std::optional<Outcome> { return answer; };
    EXPECT_EQ(run(arguments(RunMode::interactive)).kind, RunStatus::Kind::done);
    EXPECT_EQ(host.added.size(), 1u);
}

TEST_F(Session, repeats_the_last_run) {
    run(arguments(RunMode::non_interactive, {{print, 1}}, "seed=5"));
    const RunStatus status = run(arguments(RunMode::last_values, {}, ""));
    ASSERT_EQ(status.kind, RunStatus::Kind::done) << status.sentence;
    ASSERT_EQ(computed.size(), 2u);
    EXPECT_EQ(computed[1].settings.to_text(), "seed=5");
    EXPECT_EQ(computed[1].styles.at(0).image.width, 6);
    EXPECT_TRUE(shown.empty());
}

TEST_F(Session, repeats_with_the_values_of_an_earlier_session) {
    save_values(parts.values_path, {Settings::parse("seed=5"), {}});
    EXPECT_EQ(run(arguments(RunMode::last_values, {{painting, 1}}, "seed=6")).kind, RunStatus::Kind::done);
    EXPECT_EQ(computed.at(0).settings.to_text(), "seed=5");
    EXPECT_EQ(computed.at(0).styles.at(0).image.width, 5);
}

TEST_F(Session, cannot_repeat_without_a_style) {
    expect_untouched(run(arguments(RunMode::last_values, {}, "")), RunStatus::Kind::failed, "no style to repeat");
}

TEST_F(Session, paints_a_layer_again_as_it_was_painted) {
    run(arguments(RunMode::non_interactive, {{painting, 1}, {print, 0.5}}, "seed=5;threads=2;iterations=7"));
    run(arguments(RunMode::non_interactive, {{print, 1}}, "seed=6;threads=1"));
    const RunStatus status = run(again(first));
    ASSERT_EQ(status.kind, RunStatus::Kind::done) << status.sentence;
    ASSERT_EQ(computed.size(), 3u);
    EXPECT_FLOAT_EQ(computed[2].content.rgba[0], 0.01f);
    EXPECT_TRUE(computed[2].init.empty());
    ASSERT_EQ(computed[2].styles.size(), 2u);
    EXPECT_EQ(computed[2].styles[1].image.width, 6);
    EXPECT_EQ(computed[2].styles[1].weight, 0.5);
    // the picture's settings are the layer's, the computer's the last ones
    EXPECT_EQ(computed[2].settings,
              Settings::parse("network=builtin;content-weight=1;style-weight=1000;seed=5;threads=1;iterations=7"));
    EXPECT_EQ(host.added[2].what.source, photo);
    EXPECT_EQ(host.added[2].what.above, first);
    EXPECT_EQ(host.added[2].name, "painting + print (builtin)");
    EXPECT_TRUE(shown.empty());
    EXPECT_FALSE(g_file_test(parts.values_path.c_str(), G_FILE_TEST_EXISTS));
}

TEST_F(Session, goes_on_from_a_layer) {
    run(arguments(RunMode::non_interactive, {{painting, 1}}, "seed=5;iterations=7;scales=2,4"));
    const RunStatus status = run(again(first, 200));
    ASSERT_EQ(status.kind, RunStatus::Kind::done) << status.sentence;
    EXPECT_FLOAT_EQ(computed[1].content.rgba[0], 0.01f);
    ASSERT_FALSE(computed[1].init.empty());
    EXPECT_FLOAT_EQ(computed[1].init.rgba[0], 1.01f);  // the layer's own, as the host gives it
    EXPECT_EQ(computed[1].settings.integer("iterations"), 200);
    EXPECT_EQ(computed[1].settings.text("scales"), "1");
    // afresh means as at first, also from a picture that was gone on with
    EXPECT_EQ(run_record(host.records[status.layer])->more, 200);
    ASSERT_EQ(run(again(status.layer)).kind, RunStatus::Kind::done);
    EXPECT_EQ(computed[2].settings.text("scales"), "2,4");
    EXPECT_EQ(computed[2].settings.integer("iterations"), 7);
    EXPECT_TRUE(computed[2].init.empty());
}

TEST_F(Session, starts_from_a_layer_that_the_settings_name) {
    static_assert(print == 3, "the layer that is named below");
    const RunStatus status = run(arguments(RunMode::non_interactive, {{painting, 1}}, "init=layer:3"));
    ASSERT_EQ(status.kind, RunStatus::Kind::done) << status.sentence;
    ASSERT_FALSE(computed[0].init.empty());
    EXPECT_FLOAT_EQ(computed[0].init.rgba[0], float(print) / 100);
    EXPECT_FALSE(computed[0].settings.is_set("init"));
    // its number means nothing later, its trace does
    EXPECT_FALSE(run_record(host.records[status.layer])->settings.is_set("init"));
    ASSERT_EQ(run(again(status.layer)).kind, RunStatus::Kind::done);
    EXPECT_FLOAT_EQ(computed[1].init.rgba[0], float(print) / 100);
    ASSERT_EQ(run(again(status.layer, 20)).kind, RunStatus::Kind::done);
    EXPECT_FLOAT_EQ(computed[2].init.rgba[0], float(status.layer) / 100);
    host.all.erase(print);
    EXPECT_NE(run(again(status.layer)).sentence.find("started from is not there"), std::string::npos);
    EXPECT_EQ(run(again(status.layer, 20)).kind, RunStatus::Kind::done);
    EXPECT_EQ(host.added.size(), 4u);
    EXPECT_EQ(run(arguments(RunMode::last_values)).kind, RunStatus::Kind::done) << "a layer that is gone is forgotten";
}

TEST_F(Session, refuses_to_start_from_what_is_no_layer) {
    const auto expect_refused = [&](const char* settings, RunStatus::Kind kind, const char* words) {
        expect_untouched(run(arguments(RunMode::non_interactive, {{painting, 1}}, settings)), kind, words);
    };
    expect_refused("init=layer:99", RunStatus::Kind::failed, "no such layer");
    for (const char* wrong : {"init=layer:", "init=layer:x", "init=layer:-3", "init=layer:7b"})
        expect_refused(wrong, RunStatus::Kind::wrong_call, "names no layer");
}

TEST_F(Session, a_layer_from_elsewhere_repeats_the_last_run) {
    run(arguments(RunMode::non_interactive, {{print, 1}}, "seed=5"));
    ASSERT_EQ(run(again(painting)).kind, RunStatus::Kind::done);
    EXPECT_FLOAT_EQ(computed[1].content.rgba[0], 0.02f);
    EXPECT_EQ(computed[1].settings.to_text(), "seed=5");
    EXPECT_EQ(host.added[1].above, painting);
    const RunStatus status = run(again(painting, 10));
    EXPECT_EQ(status.kind, RunStatus::Kind::failed);
    EXPECT_NE(status.sentence.find("was not made by Neural Style"), std::string::npos) << status.sentence;
}

TEST_F(Session, delivers_a_copy_in_the_contents_colours_if_asked) {
    run(arguments(RunMode::non_interactive));
    EXPECT_FALSE(host.added.at(0).what.luminance_copy);
    run(arguments(RunMode::non_interactive, {{painting, 1}}, "deliver=layers"));
    EXPECT_TRUE(host.added.at(1).what.luminance_copy);
    run(again(first + 1));
    EXPECT_TRUE(host.added.at(2).what.luminance_copy);
}

TEST_F(Session, a_layer_that_was_deleted_during_its_own_run_is_named_as_such) {
    const auto compute = parts.compute;
    parts.compute = [&](Request request, const auto& progress) {
        host.all.erase(photo);
        return compute(std::move(request), progress);
    };
    host.takes_orphans = true;
    run(arguments(RunMode::non_interactive));
    EXPECT_NE(run(again(first)).sentence.find("was painted from was deleted while"), std::string::npos);
}

TEST_F(Session, does_not_go_on_from_a_picture_that_would_be_stretched) {
    run(arguments(RunMode::non_interactive));
    host.all[photo].width += 2;  // it was cropped or scaled
    const RunStatus status = run(again(first, 200));
    EXPECT_EQ(status.kind, RunStatus::Kind::failed);
    EXPECT_NE(status.sentence.find("has not the size of the layer “photo”"), std::string::npos) << status.sentence;
    EXPECT_EQ(run(again(first)).kind, RunStatus::Kind::done);  // afresh it can be painted
}

TEST_F(Session, says_what_is_gone) {
    const auto expect_refused = [&](const std::string& words) {
        const std::size_t before = host.added.size();
        const RunStatus status = run(again(first));
        EXPECT_EQ(status.kind, RunStatus::Kind::failed);
        EXPECT_NE(status.sentence.find(words), std::string::npos) << status.sentence;
        EXPECT_EQ(host.added.size(), before);
    };
    run(arguments(RunMode::non_interactive));
    host.all.erase(painting);
    expect_refused("style layer “painting” is not in this image");
    host.put(painting, "painting", 5, 5);
    host.all.erase(photo);
    expect_refused("“photo” that “painting (builtin)” was painted from");
}

TEST_F(Session, reads_the_style_file_again) {
    const auto waves = std::make_shared<Image>(8, 9);
    for (float& value : waves->rgba) value = 1;
    std::string file = "/pictures/waves.png", read;
    parts.read_file = [&](const std::string& wanted) {
        read = wanted;
        return waves;
    };
    person = [&](RunRequest& request) -> std::optional<Outcome> {
        request.styles = {{-1, 2, "waves.png", file, waves}};
        return answer;
    };
    run(arguments(RunMode::interactive));
    EXPECT_EQ(host.records.at(first).find("/pictures"), std::string::npos);  // is saved with the image
    ASSERT_EQ(run(again(first)).kind, RunStatus::Kind::done);
    EXPECT_EQ(read, "/pictures/waves.png");
    EXPECT_EQ(computed.at(0).styles.at(0).image.height, 9);
    EXPECT_EQ(computed.at(0).styles.at(0).weight, 2);
    EXPECT_EQ(host.added.at(1).name, "waves.png (builtin)");

    parts.read_file = [&](const std::string&) { return std::make_shared<Image>(8, 8); };
    EXPECT_NE(run(again(first)).sentence.find("has another size"), std::string::npos);
    g_unlink(parts.places_path.c_str());  // as on another computer
    EXPECT_NE(run(again(first)).sentence.find("“waves.png” does not lie where it was"), std::string::npos);
    run(arguments(RunMode::interactive));
    const int made = 100 + int(host.added.size());
    parts.read_file = [&](const std::string&) -> std::shared_ptr<const Image> {
        throw Error(Cause::picture, "It is unreadable.");
    };
    EXPECT_EQ(run(again(made)).sentence, "It is unreadable.");
    file.clear();
    const int pasted = run(arguments(RunMode::interactive)).layer;
    EXPECT_NE(run(again(pasted)).sentence.find("clipboard"), std::string::npos);
}

TEST_F(Session, computes_in_the_worker) {
    WorkerClient worker("'" FAKE_WORKER "' --worker");
    parts.compute = [&](Request request, const std::function<void(const Evaluation&)>& progress) {
        return silent_run(worker, std::move(request), progress);
    };
    const RunStatus status = run(arguments(RunMode::non_interactive));
    ASSERT_EQ(status.kind, RunStatus::Kind::done) << status.sentence;
    EXPECT_EQ(host.added[0].name, "painting (invert)");
    EXPECT_FLOAT_EQ(host.added[0].picture.rgba[0], 0.99f);
    host.added.clear();
    host.kept.clear();
    expect_untouched(run(arguments(RunMode::non_interactive, {{painting, 1}}, "network=die")), RunStatus::Kind::failed,
                     "memory ran out");
}

TEST(SettingsStore, text_comes_back) {
    const LastValues values = {Settings::parse("network=a\\;b\\\\c = d;seed=7;style-weight=0.1;content-layers=x:1,y:2"),
                               {{3, 0.5}, {9, 1e-3}}};
    const LastValues again = last_values(to_text(values));
    EXPECT_EQ(again.settings, values.settings);
    ASSERT_EQ(again.styles.size(), 2u);
    EXPECT_EQ(again.styles[1].layer, 9);
    EXPECT_EQ(again.styles[1].weight, 1e-3);
}

TEST(SettingsStore, leaves_out_what_it_cannot_read) {
    EXPECT_EQ(last_values("").settings.to_text(), "");
    EXPECT_EQ(last_values("\x01\xff nonsense").settings.to_text(), "");
    EXPECT_EQ(last_values("[file]\nversion=2\n[settings]\nseed=1\n").settings.to_text(), "");
    const LastValues some = last_values(
        "[file]\nversion=1\n[settings]\nseed=-4\nloss=none\nunheard-of=1\niterations=12\n[styles]\nlayers=1;2\n"
        "weights=1\n");
    EXPECT_EQ(some.settings.to_text(), "iterations=12");
    EXPECT_TRUE(some.styles.empty());
}

TEST(SettingsStore, does_not_depend_on_the_locale) {
    const char* before = setlocale(LC_ALL, nullptr);
    const std::string kept = before ? before : "C";
    setlocale(LC_ALL, "de_DE.UTF-8");  // has a decimal comma, where it is installed
    const LastValues values = {Settings::parse("style-weight=0.25"), {{3, 0.5}}};
    const LastValues again = last_values(to_text(values));
    setlocale(LC_ALL, kept.c_str());
    EXPECT_EQ(again.settings.real("style-weight"), 0.25);
    EXPECT_EQ(again.styles.at(0).weight, 0.5);
}

}  // namespace
