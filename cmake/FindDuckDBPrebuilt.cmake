# DuckDB's prebuilt library, fetched by tools/fetch-libraries.
#
#   in   DuckDBPrebuilt_ROOT       folder with include/duckdb.h and lib/libduckdb.so
#   out  DuckDB::duckdb            imported target
include(FindPackageHandleStandardArgs)
find_path(DuckDBPrebuilt_INCLUDE_DIR duckdb.h HINTS "${DuckDBPrebuilt_ROOT}/include" NO_DEFAULT_PATH)
find_file(DuckDBPrebuilt_LIBRARY libduckdb.so HINTS "${DuckDBPrebuilt_ROOT}/lib" NO_DEFAULT_PATH)
find_package_handle_standard_args(DuckDBPrebuilt REQUIRED_VARS DuckDBPrebuilt_INCLUDE_DIR DuckDBPrebuilt_LIBRARY)
if(DuckDBPrebuilt_FOUND AND NOT TARGET DuckDB::duckdb)
  add_library(DuckDB::duckdb SHARED IMPORTED)
  set_target_properties(DuckDB::duckdb PROPERTIES
    IMPORTED_LOCATION "${DuckDBPrebuilt_LIBRARY}" IMPORTED_SONAME libduckdb.so
    INTERFACE_INCLUDE_DIRECTORIES "${DuckDBPrebuilt_INCLUDE_DIR}")
endif()
