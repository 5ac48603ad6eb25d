// Between pictures and tensors: conversion, resampling, what stands in for transparent pixels.
#pragma once

#include <ATen/core/Tensor.h>

#include "neural-style/image.hpp"

namespace neural_style {

/// Colours as a float32 tensor 1×3×height×width on the CPU, kept to 0..1 (what is not finite becomes 0). Where `mask`
/// (1×1×height×width; undefined: nowhere) is 0 they are filled in smoothly from their surroundings, so that what is
/// hidden there has no influence.
at::Tensor colours_of(const Image& image, const at::Tensor& mask);

/// Alpha as a float32 tensor 1×1×height×width on the CPU, kept to 0..1.
at::Tensor alpha_of(const Image& image);

/// 1×1×height×width on the CPU, kept to 0..1, resampled to that size; undefined for an empty mask.
at::Tensor mask_of(const Mask& mask, int width, int height);

/// From 1×3×height×width (any device) and 1×1×height×width.
Image to_image(const at::Tensor& colours, const at::Tensor& alpha);

/// Cubic resampling of 1×C×h×w, antialiased when it shrinks; the same tensor when the size is already right. Overshoot
/// is kept to the range of 0..1.
at::Tensor resized(const at::Tensor& picture, int width, int height);
Image resized(const Image& image, int width, int height);

/// `above` over `below`, which has the same size, where the mask is 1; alpha likewise.
Image composed(const Image& below, const Image& above, const Mask& mask);

/// A picture that was optimised smaller than the content, brought up to the content's size: cubic, with the content's
/// own luminance detail (what the content loses on the same way down and up) put back in part.
at::Tensor enlarged(const at::Tensor& picture, const at::Tensor& content);

}  // namespace neural_style
