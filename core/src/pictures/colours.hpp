// What becomes of the content's and the style's colours. Pictures are 1×3×h×w in 0..1.
#pragma once

#include <ATen/core/Tensor.h>

namespace neural_style {

/// Luminance (Rec. 601), 1×1×h×w.
at::Tensor luminance(const at::Tensor& picture);

/// The same in all three channels.
at::Tensor greyed(const at::Tensor& picture);

/// Whether its channels differ nowhere by more than a step of 8 bits, as rounding leaves them of a grey picture.
bool is_grey(const at::Tensor& picture);

/// `style` with its mean and covariance of colours brought to those of `content` by the linear map that moves the
/// colours least (the Monge map between Gaussians; colour matching as in Gatys et al. 2016, "Preserving color"), in
/// Oklab, where equal steps look equal (Ottosson 2020). With `histogram` then each of lightness, green to red and blue to
/// yellow is given the content's distribution.
/// The masks (1×1×h×w, undefined: all) say which pixels the distributions are made of.
at::Tensor recoloured(const at::Tensor& style, const at::Tensor& style_mask, const at::Tensor& content,
                      const at::Tensor& content_mask, bool histogram = false);

/// The luminance of `picture` with the colour of `content` (of the same size): luminance-only transfer, ibid.
at::Tensor with_colours_of(const at::Tensor& content, const at::Tensor& picture);

}  // namespace neural_style
