// A plug-in that tests ours from the inside of a real GIMP: its one procedure runs the GoogleTest cases that a filter
// names and says on standard output how they ended. run_in_gimp.py starts GIMP for it.
#include <gegl.h>
#include <gtest/gtest.h>
#include <libgimp/gimp.h>

#include <cstdio>
#include <string>

namespace {

void on_query() {
    static const GimpParamDef parameters[] = {
        {GIMP_PDB_STRING, const_cast<char*>("filter"), const_cast<char*>("GoogleTest's filter")}};
    gimp_install_procedure("neural-style-tests", "Tests", "Tests", "", "", "", nullptr, "", GIMP_PLUGIN, 1, 0,
                           parameters, nullptr);
}

void on_run(const gchar*, gint, const GimpParam* arguments, gint* count, GimpParam** values) {
    gegl_init(nullptr, nullptr);
    gimp_plugin_set_pdb_error_handler(GIMP_PDB_ERROR_HANDLER_PLUGIN);
    testing::InitGoogleTest();
    testing::GTEST_FLAG(filter) = arguments[0].data.d_string;
    const int failed = RUN_ALL_TESTS();
    const int run = testing::UnitTest::GetInstance()->test_to_run_count();
    std::printf("%s\n", failed == 0 && run > 0 ? "ALL TESTS PASSED" : "TESTS FAILED");
    std::fflush(stdout);
    static GimpParam status;
    status.type = GIMP_PDB_STATUS;
    status.data.d_status = GIMP_PDB_SUCCESS;
    *count = 1;
    *values = &status;
}

}  // namespace

const GimpPlugInInfo PLUG_IN_INFO = {nullptr, nullptr, on_query, on_run};

MAIN()
