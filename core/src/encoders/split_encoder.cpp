#include "split_encoder.hpp"

#include <ATen/ATen.h>

#include <algorithm>

namespace neural_style {

SplitEncoder::SplitEncoder(std::unique_ptr<Encoder> front, std::unique_ptr<Encoder> back, std::vector<Place> places,
                           int halo, std::unique_ptr<Encoder> whole)
    : front_(std::move(front)),
      back_(std::move(back)),
      places_(std::move(places)),
      halo_(halo),
      whole_(std::move(whole)) {}

std::vector<at::Tensor> SplitEncoder::spread_out(const std::vector<at::Tensor>& maps, bool of_front) const {
    std::vector<at::Tensor> result(places_.size());
    for (std::size_t i = 0; i < places_.size(); ++i)
        if (places_[i].in_front == of_front) result[i] = maps[places_[i].index];
    return result;
}

std::vector<Slope> SplitEncoder::gathered(const std::vector<Slope>& slopes, bool of_front) const {
    std::vector<Slope> result((of_front ? front_ : back_)->shapes().size());
    for (std::size_t i = 0; i < places_.size(); ++i) {
        if (places_[i].in_front != of_front) continue;
        Slope& own = result[places_[i].index];
        own = sum(own, slopes[i]);
    }
    return result;
}

std::vector<at::Tensor> SplitEncoder::features(const at::Tensor& picture, bool keep) {
    if (whole_) return whole_->features(picture, keep);
    const std::vector<at::Tensor> in_front = front_->features(picture, keep);
    const std::vector<at::Tensor> in_back = back_->features(in_front.back().unsqueeze(0), keep);
    std::vector<at::Tensor> result;
    for (const Place& place : places_) result.push_back(place.in_front ? in_front[place.index] : in_back[place.index]);
    return result;
}

at::Tensor SplitEncoder::gradient(const std::vector<Slope>& of_features) {
    if (whole_) return whole_->gradient(of_features);
    const at::Tensor of_handover = back_->gradient(gathered(of_features, false)).squeeze(0);
    std::vector<Slope> of_front = gathered(of_features, true);
    of_front.back() = sum(of_front.back(), {of_handover});
    return front_->gradient(of_front);
}

void SplitEncoder::release() {
    for (Encoder* encoder : {front_.get(), back_.get(), whole_.get()})
        if (encoder) encoder->release();
}

void SplitEncoder::set_padding(Padding padding) {
    for (Encoder* encoder : {front_.get(), back_.get(), whole_.get()})
        if (encoder) encoder->set_padding(padding);
}

std::vector<MapShape> SplitEncoder::shapes() const {
    const std::vector<MapShape> in_front = front_->shapes(), in_back = back_->shapes();
    const int stride = in_front.back().stride;
    std::vector<MapShape> result;
    for (const Place& place : places_) {
        MapShape shape = place.in_front ? in_front[place.index] : in_back[place.index];
        if (!place.in_front) shape.stride *= stride;
        result.push_back(shape);
    }
    return result;
}

std::string SplitEncoder::engine() const {
    if (whole_) return whole_->engine();
    const std::string front = front_->engine(), back = back_->engine();
    return front == back ? front : front + ", behind the second pool " + back;
}

std::size_t SplitEncoder::work_bytes(int height, int width) const {
    if (whole_) return whole_->work_bytes(height, width);
    const int stride = front_->shapes().back().stride;
    return front_->work_bytes(height, width) + back_->work_bytes(height / stride, width / stride);
}

}  // namespace neural_style
