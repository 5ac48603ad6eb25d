#include "canvas.hpp"

#include <cmath>
#include <cstring>
#include <sstream>

namespace neural_style {
namespace {

std::vector<double> fetch(int drawable, const char* format, int channels) {
    GeglBuffer* buffer = gimp_drawable_get_buffer(drawable);
    const GeglRectangle area = *gegl_buffer_get_extent(buffer);
    std::vector<double> values(std::size_t(area.width) * std::size_t(area.height) * std::size_t(channels));
    gegl_buffer_get(buffer, &area, 1.0, babl_format(format), values.data(), GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    g_object_unref(buffer);
    return values;
}

void put(int drawable, const char* format, const std::vector<double>& values) {
    GeglBuffer* buffer = gimp_drawable_get_buffer(drawable);
    gegl_buffer_set(buffer, gegl_buffer_get_extent(buffer), 0, babl_format(format), values.data(), GEGL_AUTO_ROWSTRIDE);
    gegl_buffer_flush(buffer);
    g_object_unref(buffer);
    gimp_drawable_update(drawable, 0, 0, gimp_drawable_width(drawable), gimp_drawable_height(drawable));
}

const char* own_format(int layer) {
    if (gimp_drawable_is_gray(layer)) return is_linear(layer) ? "YA double" : "Y'A double";
    return is_linear(layer) ? "RGBA double" : "R'G'B'A double";
}

Result result_of(GimpParam* values, int count) {
    Result result;
    result.status = values[0].data.d_status;
    if (result.done() && count > 1 && values[1].type == GIMP_PDB_LAYER) result.layer = values[1].data.d_layer;
    if (!result.done()) result.sentence = gimp_get_pdb_error();
    gimp_destroy_params(values, count);
    return result;
}

GimpParam number(int value) {
    GimpParam parameter;
    parameter.type = GIMP_PDB_INT32;
    parameter.data.d_int32 = value;
    return parameter;
}

GimpParam real(double value) {
    GimpParam parameter;
    parameter.type = GIMP_PDB_FLOAT;
    parameter.data.d_float = value;
    return parameter;
}

GimpParam item(GimpPDBArgType type, int id) {
    GimpParam parameter;
    parameter.type = type;
    parameter.data.d_drawable = id;
    return parameter;
}

// The arrays must outlive the parameters.
GimpParam array(const std::vector<int>& values) {
    GimpParam parameter;
    parameter.type = GIMP_PDB_INT32ARRAY;
    parameter.data.d_int32array = const_cast<gint32*>(values.data());
    return parameter;
}

GimpParam array(const std::vector<double>& values) {
    GimpParam parameter;
    parameter.type = GIMP_PDB_FLOATARRAY;
    parameter.data.d_floatarray = const_cast<double*>(values.data());
    return parameter;
}

GimpParam text(const std::string& value) {
    GimpParam parameter;
    parameter.type = GIMP_PDB_STRING;
    parameter.data.d_string = const_cast<char*>(value.c_str());
    return parameter;
}

}  // namespace

Canvas::Canvas(int width, int height, GimpImageBaseType type, GimpPrecision precision)
    : id(gimp_image_new_with_precision(width, height, type, precision)) {}

Canvas::~Canvas() { gimp_image_delete(id); }

int Canvas::add(const std::string& name, int width, int height, bool alpha, int x, int y, int parent) {
    const GimpImageBaseType base = gimp_image_base_type(id);
    const int type = (base == GIMP_RGB    ? GIMP_RGB_IMAGE
                      : base == GIMP_GRAY ? GIMP_GRAY_IMAGE
                                          : GIMP_INDEXED_IMAGE) +
                     alpha;
    const int layer = gimp_layer_new(id, name.c_str(), width, height, GimpImageType(type), 100, GIMP_LAYER_MODE_NORMAL);
    gimp_image_insert_layer(id, layer, parent, 0);
    gimp_layer_set_offsets(layer, x, y);
    if (base == GIMP_INDEXED) return layer;
    const std::size_t channels = base == GIMP_RGB ? 4 : 2;
    std::vector<double> values(std::size_t(width) * std::size_t(height) * channels);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t pixel = i / channels, channel = i % channels;
        if (channel == channels - 1)
            values[i] = double(pixel * 11 % 256) / 255;
        else
            values[i] = double((pixel * 7 + channel * 85 + std::size_t(layer) * 31) % 256) / 255;
    }
    set_numbers(layer, values);
    return layer;
}

int Canvas::group(const std::string& name, int parent) {
    const int layer = gimp_layer_group_new(id);
    gimp_item_set_name(layer, name.c_str());
    gimp_image_insert_layer(id, layer, parent, 0);
    return layer;
}

int Canvas::mask(int layer) {
    const int mask = gimp_layer_create_mask(layer, GIMP_ADD_MASK_WHITE);
    gimp_layer_add_mask(layer, mask);
    std::vector<double> values(std::size_t(gimp_drawable_width(mask)) * std::size_t(gimp_drawable_height(mask)));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = double(i * 5 % 256) / 255;
    put(mask, "Y double", values);
    return mask;
}

std::vector<int> Canvas::layers(int parent) const {
    int count = 0;
    gint32* ids = parent == 0 ? gimp_image_get_layers(id, &count) : gimp_item_get_children(parent, &count);
    const std::vector<int> result(ids, ids + count);
    g_free(ids);
    return result;
}

std::string format_of(int layer) {
    GeglBuffer* buffer = gimp_drawable_get_buffer(layer);
    const std::string name = babl_get_name(gegl_buffer_get_format(buffer));
    g_object_unref(buffer);
    return name;
}

bool is_linear(int layer) { return format_of(layer).find('\'') == std::string::npos; }

std::vector<double> numbers(int layer) { return fetch(layer, own_format(layer), gimp_drawable_is_gray(layer) ? 2 : 4); }
void set_numbers(int layer, const std::vector<double>& values) { put(layer, own_format(layer), values); }
std::vector<double> mask_numbers(int mask) { return fetch(mask, "Y double", 1); }

std::string snapshot(const Canvas& canvas) {
    std::ostringstream text;
    const std::function<void(int)> describe = [&](int layer) {
        int x = 0, y = 0;
        gimp_drawable_offsets(layer, &x, &y);
        gchar* name = gimp_item_get_name(layer);
        text << layer << ' ' << name << ' ' << x << ' ' << y << ' ' << gimp_drawable_width(layer) << ' '
             << gimp_drawable_height(layer) << ' ' << gimp_item_get_visible(layer) << ' '
             << gimp_layer_get_opacity(layer);
        g_free(name);
        GeglBuffer* buffer = gimp_drawable_get_buffer(layer);
        const Babl* format = gegl_buffer_get_format(buffer);
        std::string bytes(std::size_t(gegl_buffer_get_width(buffer)) * std::size_t(gegl_buffer_get_height(buffer)) *
                              std::size_t(babl_format_get_bytes_per_pixel(format)),
                          '\0');
        gegl_buffer_get(buffer, nullptr, 1.0, format, bytes.data(), GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
        g_object_unref(buffer);
        text << bytes << '\n';
        const int mask = gimp_layer_get_mask(layer);
        if (mask >= 0)
            for (const double value : mask_numbers(mask)) text << value << ' ';
        if (gimp_item_is_group(layer))
            for (const int child : canvas.layers(layer)) describe(child);
    };
    text << gimp_image_get_active_layer(canvas.id) << ' ' << gimp_image_is_dirty(canvas.id) << '\n';
    for (const int layer : canvas.layers()) describe(layer);
    return text.str();
}

Result stylise(int image, int drawable, int style, const std::string& settings, double content_weight,
               double style_weight, int iterations, GimpRunMode mode) {
    const GimpParam parameters[] = {number(mode),
                                    item(GIMP_PDB_IMAGE, image),
                                    item(GIMP_PDB_DRAWABLE, drawable),
                                    item(GIMP_PDB_DRAWABLE, style),
                                    real(content_weight),
                                    real(style_weight),
                                    number(iterations),
                                    text(settings)};
    int count = 0;
    GimpParam* values = gimp_run_procedure2("plug-in-neural-style", &count, 8, parameters);
    return result_of(values, count);
}

Result stylise_blend(int image, int drawable, const std::vector<int>& styles, const std::vector<double>& weights,
                     const std::string& settings) {
    const GimpParam parameters[] = {number(GIMP_RUN_NONINTERACTIVE),
                                    item(GIMP_PDB_IMAGE, image),
                                    item(GIMP_PDB_DRAWABLE, drawable),
                                    number(int(styles.size())),
                                    array(styles),
                                    number(int(weights.size())),
                                    array(weights),
                                    real(1),
                                    real(1000),
                                    number(5),
                                    text(settings)};
    int count = 0;
    GimpParam* values = gimp_run_procedure2("plug-in-neural-style-blend", &count, 11, parameters);
    return result_of(values, count);
}

Result stylise_guided(int image, int drawable, int style, int guide, int region, const std::string& settings) {
    const std::vector<int> styles = {style}, places = {0}, guides = {guide}, regions = {region};
    const std::vector<double> weights = {1};
    const GimpParam parameters[] = {number(GIMP_RUN_NONINTERACTIVE),
                                    item(GIMP_PDB_IMAGE, image),
                                    item(GIMP_PDB_DRAWABLE, drawable),
                                    number(1),
                                    array(styles),
                                    number(1),
                                    array(weights),
                                    number(1),
                                    array(guides),
                                    number(1),
                                    array(places),
                                    number(1),
                                    array(regions),
                                    real(1),
                                    real(1000),
                                    number(5),
                                    text(settings)};
    int count = 0;
    GimpParam* values = gimp_run_procedure2("plug-in-neural-style-guided", &count, 17, parameters);
    return result_of(values, count);
}

Result stylise_more(int image, int drawable) {
    const GimpParam parameters[] = {number(GIMP_RUN_INTERACTIVE), item(GIMP_PDB_IMAGE, image),
                                    item(GIMP_PDB_DRAWABLE, drawable)};
    int count = 0;
    GimpParam* values = gimp_run_procedure2("plug-in-neural-style-more", &count, 3, parameters);
    return result_of(values, count);
}

Result stylise_again(int image, int drawable, int more) {
    const GimpParam parameters[] = {number(GIMP_RUN_NONINTERACTIVE), item(GIMP_PDB_IMAGE, image),
                                    item(GIMP_PDB_DRAWABLE, drawable), number(more)};
    int count = 0;
    GimpParam* values = gimp_run_procedure2("plug-in-neural-style-again", &count, 4, parameters);
    return result_of(values, count);
}

double from_srgb_curve(double value) {
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}
double to_srgb_curve(double value) {
    return value <= 0.0031308 ? value * 12.92 : 1.055 * std::pow(value, 1 / 2.4) - 0.055;
}

}  // namespace neural_style
