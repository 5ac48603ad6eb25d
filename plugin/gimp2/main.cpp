// The executable that GIMP starts: to be asked what it offers, and to run it.
#include <libgimp/gimp.h>
#include <signal.h>
#include <sys/prctl.h>

#include "dialog/picture_file.hpp"
#include "gimp_host.hpp"
#include "procedure.hpp"
#include "recorded_places.hpp"
#include "settings_store.hpp"
#include "silent_run.hpp"
#include "text.hpp"
#include "window.hpp"

namespace {

using namespace neural_style;

RunStatus run_procedure(const char* name, int count, const GimpParam* arguments) {
    GimpHost host;
    WorkerClient worker(WorkerClient::standard_command());
    SessionParts parts;
    parts.values_path = standard_values_path();
    parts.places_path = standard_places_path();
    parts.compute = [&](Request request, const std::function<void(const Evaluation&)>& progress) {
        return silent_run(worker, std::move(request), progress);
    };
    parts.read_file = read_picture;
    parts.dialog = [&](RunRequest& request, const Deliver& deliver) {
        return show_window(host, worker, request, deliver);
    };
    return status_of([&] { return run_session(host, read_arguments(name, count, arguments), parts); });
}

GimpPDBStatusType pdb_status(RunStatus::Kind kind) {
    switch (kind) {
        case RunStatus::Kind::done:
            return GIMP_PDB_SUCCESS;
        case RunStatus::Kind::cancelled:
            return GIMP_PDB_CANCEL;
        case RunStatus::Kind::wrong_call:
            return GIMP_PDB_CALLING_ERROR;
        case RunStatus::Kind::failed:
            break;
    }
    return GIMP_PDB_EXECUTION_ERROR;
}

void on_query() { register_procedures(); }

void on_run(const gchar* name, gint count, const GimpParam* arguments, gint* values_count, GimpParam** values) {
    // If GIMP goes, nobody is left to take the result: neither this process nor its worker lives on.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    use_translations(NEURAL_STYLE_LOCALEDIR);
    gimp_plugin_set_pdb_error_handler(GIMP_PDB_ERROR_HANDLER_PLUGIN);  // a failed call is told in our own words

    static GimpParam result[2];  // libgimp reads them after the return
    static std::string sentence;
    const RunStatus status = run_procedure(name, count, arguments);
    sentence = status.sentence;
    result[0].type = GIMP_PDB_STATUS;
    result[0].data.d_status = pdb_status(status.kind);
    *values = result;
    *values_count = 2;
    if (status.kind == RunStatus::Kind::done) {
        result[1].type = GIMP_PDB_LAYER;
        result[1].data.d_layer = status.layer;
    } else if (!sentence.empty()) {
        result[1].type = GIMP_PDB_STRING;
        result[1].data.d_string = sentence.data();
    } else {
        *values_count = 1;
    }
}

}  // namespace

const GimpPlugInInfo PLUG_IN_INFO = {nullptr, nullptr, on_query, on_run};

MAIN()
