# Apache Arrow C++ and Parquet, unpacked from a pyarrow wheel by tools/fetch-libraries.
#
#   in   ArrowWheel_ROOT           folder with include/ and lib/
#   out  ArrowWheel::{arrow,parquet,arrow_s3}   imported targets
#        ArrowWheel_RUNTIME_LIBS   files to install beside the program
include(FindPackageHandleStandardArgs)

find_path(ArrowWheel_INCLUDE_DIR arrow/api.h HINTS "${ArrowWheel_ROOT}/include" NO_DEFAULT_PATH)
if(ArrowWheel_INCLUDE_DIR)
  file(STRINGS "${ArrowWheel_INCLUDE_DIR}/arrow/util/config.h" lines REGEX "define ARROW_(VERSION_STRING|SO_VERSION) ")
  foreach(line IN LISTS lines)
    if(line MATCHES "ARROW_VERSION_STRING \"([^\"]+)\"")
      set(ArrowWheel_VERSION "${CMAKE_MATCH_1}")
    elseif(line MATCHES "ARROW_SO_VERSION \"([^\"]+)\"")
      set(so_version "${CMAKE_MATCH_1}")
    endif()
  endforeach()
endif()

set(ArrowWheel_RUNTIME_LIBS "")
set(required "")
foreach(name IN ITEMS arrow parquet arrow_s3)
  find_file(ArrowWheel_${name}_LIBRARY "lib${name}.so.${so_version}" HINTS "${ArrowWheel_ROOT}/lib" NO_DEFAULT_PATH)
  mark_as_advanced(ArrowWheel_${name}_LIBRARY)
  list(APPEND required ArrowWheel_${name}_LIBRARY)
  list(APPEND ArrowWheel_RUNTIME_LIBS "${ArrowWheel_${name}_LIBRARY}")
endforeach()
find_package_handle_standard_args(ArrowWheel REQUIRED_VARS ArrowWheel_INCLUDE_DIR ${required} VERSION_VAR ArrowWheel_VERSION)

if(ArrowWheel_FOUND AND NOT TARGET ArrowWheel::arrow)
  foreach(name IN ITEMS arrow parquet arrow_s3)
    add_library(ArrowWheel::${name} SHARED IMPORTED)
    set_target_properties(ArrowWheel::${name} PROPERTIES
      IMPORTED_LOCATION "${ArrowWheel_${name}_LIBRARY}"
      IMPORTED_SONAME "lib${name}.so.${so_version}"
      INTERFACE_INCLUDE_DIRECTORIES "${ArrowWheel_INCLUDE_DIR}")
    if(NOT name STREQUAL "arrow")
      target_link_libraries(ArrowWheel::${name} INTERFACE ArrowWheel::arrow)
    endif()
  endforeach()
  # libparquet exports a whole private copy of libcrypto. Unless the system's libcrypto stands before it in the program's
  # DT_NEEDED list, libssl and libcurl bind to that copy. Link options precede all libraries, so this orders every consumer;
  # the test needed_order keeps watch.
  set_property(TARGET ArrowWheel::parquet APPEND PROPERTY INTERFACE_LINK_OPTIONS
    "LINKER:--push-state,--no-as-needed,-lcrypto,--pop-state")
endif()
