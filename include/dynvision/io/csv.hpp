// Tables as CSV: written row by row (io/csv/writer.hpp), and read as spreadsheets and editors save them (io/csv/table.hpp).
#pragma once
#include <dynvision/io/csv/cell_number.hpp>
#include <dynvision/io/csv/table.hpp>
#include <dynvision/io/csv/writer.hpp>
