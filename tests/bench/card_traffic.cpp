// What an evaluation of VGG-19 asks of a card, counted on the pretended one: operations, the bytes that they read and
// write in its memory, and the most that is held there.
// usage: card_traffic WEIGHTS SIZE [KEY=VALUE;...]
// The counts are those of a real card's, but for what its libraries do inside of an operation. NEURAL_STYLE_KERNELS=off
// in the environment counts LibTorch's operations alone.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "card/pretend_card.hpp"
#include "neural-style/job.hpp"

namespace {

using namespace neural_style;

Image waves(int size, float phase) {
    Image image(size, size);
    for (int y = 0; y < size; ++y)
        for (int x = 0; x < size; ++x)
            for (int c = 0; c < 4; ++c)
                image.pixel(x, y)[c] = c == 3 ? 1 : 0.5F + 0.4F * std::sin(0.1F * float(x + c * y) + phase);
    return image;
}

// Keeps what the last evaluation came to, and the memory that evaluations take.
class Counter : public Observer {
public:
    void on_evaluation(const Evaluation& event) override {
        testing::PretendCard& card = testing::pretend_card();
        if (event.evaluation == 1) card.peak = testing::pretend_card_used();  // what targets took is not asked for
        traffic = std::exchange(card.traffic, {});
    }

    std::map<std::string, testing::Traffic> traffic;
};

double mib(long long bytes) { return double(bytes) / (1 << 20); }

}  // namespace

int main(int count, char** words) {
    if (count < 3) {
        std::fputs("usage: card_traffic WEIGHTS SIZE [KEY=VALUE;...]\n", stderr);
        return 2;
    }
    const int size = std::atoi(words[2]);
    Request request;
    request.content = waves(size, 0);
    request.styles = {{waves(size, 1), 1}};
    request.settings =
        Settings::parse("network=vgg19;scales=1;iterations=5;preview-every=0;weights=" + std::string(words[1]) + ";" +
                        (count > 3 ? words[3] : ""));
    testing::pretend_card().records = false;
    Counter counter;
    const std::atomic<bool> stop{false};
    const Outcome outcome = run(std::move(request), counter, stop);
    if (outcome.kind != Outcome::Kind::finished) {
        std::fprintf(stderr, "%s\n", outcome.sentence.c_str());
        return 1;
    }
    std::vector<std::pair<std::string, testing::Traffic>> rows(counter.traffic.begin(), counter.traffic.end());
    std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.second.bytes > b.second.bytes; });
    testing::Traffic all;
    for (const auto& row : rows) {
        all.operations += row.second.operations;
        all.bytes += row.second.bytes;
    }
    std::printf("| operation | times | MiB |\n|---|---|---|\n");
    for (const auto& [name, one] : rows)
        if (one.bytes * 200 > all.bytes || std::getenv("ALL"))
            std::printf("| %s | %lld | %.0f |\n", name.c_str(), one.operations, mib(one.bytes));
    std::printf("| all | %lld | %.0f |\n\n%.0f MiB are held at the most.\n", all.operations, mib(all.bytes),
                mib((long long)testing::pretend_card().peak));
}
