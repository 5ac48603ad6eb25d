// The optimisation of the PyTorch tutorial on an objective of ours: torch's L-BFGS as it comes (step length 1, history
// of 100, 20 inner iterations, no line search), the picture clamped before each evaluation. Prints the total loss of
// each.
//
// tutorial_loop CONTENT.ppm STYLE.ppm EVALUATIONS SETTINGS
#include <torch/optim/lbfgs.h>

#include <cstdio>
#include <cstdlib>

#include "descent/objective.hpp"
#include "neural-style/scale_schedule.hpp"
#include "pictures/pictures.hpp"
#include "pixmap.hpp"
#include "run/device.hpp"
#include "run/method.hpp"

int main(int count, char** words) {
    using namespace neural_style;
    if (count != 5) return 2;
    Request request;
    request.content = read_pixmap(words[1]).image;
    request.styles = {{read_pixmap(words[2]).image, 1}};
    request.settings = Settings::parse(words[4]);
    const int evaluations = std::atoi(words[3]);
    set_threads(int(request.settings.integer("threads")));
    const Settings settings = request.settings;
    const Method method = choose_method(settings);
    const Scale scale = plan_scales(request.content.width, request.content.height, settings).back();
    const Pictures pictures(std::move(request));
    const auto encoder = make_encoder(method, settings, at::kCPU, Precision::float32);
    const std::vector<Region> regions = pictures.regions(scale, 1, at::kCPU);
    Objective objective(*encoder, content_terms(method, settings), style_terms(method, settings, regions), 0);
    objective.set_targets(pictures.content(scale, at::kCPU), {}, regions);

    at::Tensor picture = pictures.start(settings, scale, at::kCPU).clone();
    picture.requires_grad_();
    torch::optim::LBFGS optimiser({picture});
    int done = 0;
    while (done < evaluations)
        optimiser.step([&] {
            {
                at::NoGradGuard still;
                picture.clamp_(0, 1);
            }
            const Evaluated value = objective.evaluate(picture.detach());
            const double loss = value.fetched_losses().total();
            picture.mutable_grad() = value.gradient;
            if (done++ < evaluations) std::printf("%.9g\n", loss);
            return at::full({}, loss, at::kFloat);
        });
    return 0;
}
