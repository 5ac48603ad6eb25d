#include "networks/layer_list.hpp"

#include <gtest/gtest.h>

#include "neural-style/error.hpp"

namespace neural_style {
namespace {

std::string refusal(const std::string& text) {
    try {
        parse_layers("style-layers", text);
    } catch (const Error& error) {
        EXPECT_EQ(error.cause(), Cause::settings);
        return error.what();
    }
    ADD_FAILURE() << "taken: " << text;
    return {};
}

TEST(LayerList, NamesWithAndWithoutWeights) {
    const auto layers = parse_layers("style-layers", "relu1_1, relu2_1:0.5 ,conv_4 : 2e1,pool1:0");
    ASSERT_EQ(layers.size(), 4u);
    EXPECT_EQ(layers[0].name, "relu1_1");
    EXPECT_EQ(layers[0].weight, 1);
    EXPECT_EQ(layers[1].name, "relu2_1");
    EXPECT_EQ(layers[1].weight, 0.5);
    EXPECT_EQ(layers[2].name, "conv_4");
    EXPECT_EQ(layers[2].weight, 20);
    EXPECT_EQ(layers[3].weight, 0);
}

TEST(LayerList, WhatCannotBeReadIsNamed) {
    for (const char* item : {"relu1_1:", "relu1_1:x", "relu1_1:1x", "relu1_1:-1", "relu1_1:nan", "relu1_1:inf",
                             "relu1_1:1:2", ":0.5", ":"}) {
        for (const std::string& text : {std::string(item), "conv_1," + std::string(item)}) {
            const std::string sentence = refusal(text);
            EXPECT_NE(sentence.find("style-layers"), std::string::npos) << sentence;
            EXPECT_NE(sentence.find("\"" + std::string(item) + "\""), std::string::npos) << sentence;
        }
    }
    for (const char* text : {"", " ", ",", "conv_1,", ",conv_1", "conv_1,,conv_2"}) refusal(text);
}

}  // namespace
}  // namespace neural_style
