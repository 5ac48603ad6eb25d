// Reader of networks in the ONNX form: one protobuf message with the graph and its numbers. Used by WeightsFile.
#pragma once

#include "weights_file.hpp"

namespace neural_style {

/// ONNX files have no magic number. One begins with the version of the form, has only fields that a model has, and a
/// graph among them.
bool looks_like_onnx(const WeightsBytes& bytes);

/// Tensors that are stored in the graph, with the places of the convolutions that they belong to. Nothing is computed.
/// Throws Error(Cause::weights) with what is wrong, without the file's name.
StoredTensors read_onnx(const WeightsBytes& bytes);

}  // namespace neural_style
