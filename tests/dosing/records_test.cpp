#include "dosing/records.h"

#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

#include "temporary_folder.h"

namespace vesper::dosing {
namespace {

Result<Records> read_text(const std::string& data,
                          const std::string& map = "compartments: {1: A}") {
  const testing::TemporaryFolder folder;
  const auto data_file = folder.write("data.csv", data);
  const auto map_file = folder.write("map.yaml", map);
  VESPER_TRY(const RecordMap read, read_record_map(map_file));
  return read_records(data_file, read);
}

TEST(Records, ColumnsInAnyCaseAndOrder) {
  const auto records = read_text("amt,cmt,Time,id,evid\n100,1,0,7,1\n.,,2.5,7,0\n.,.,0,8,2\n");
  ASSERT_TRUE(records) << records.error().text();
  ASSERT_EQ(records->subjects.size(), 2u);
  const auto& first = records->subjects[0];
  EXPECT_EQ(first.id, "7");
  ASSERT_EQ(first.records.size(), 2u);
  EXPECT_EQ(first.records[0].kind, RecordKind::dose);
  EXPECT_EQ(first.records[0].amount, 100);
  EXPECT_EQ(first.records[1].time, 2.5);
  EXPECT_EQ(records->subjects[1].records[0].kind, RecordKind::other);
}

TEST(Records, ClockTimesAndDatesAreHoursSinceThePatientsFirstRow) {
  const auto records = read_text(
      "ID,DATE,TIME,AMT\n1,2024-02-28,23:30,5\n1,2024-03-01,00:00,0\n2,3/1/2024,12:15,1\n"
      "2,3/2/2024,12.5,0\n");
  ASSERT_TRUE(records) << records.error().text();
  EXPECT_EQ(records->subjects[0].records[0].time, 0);
  EXPECT_EQ(records->subjects[0].records[1].time, 24.5);  // a leap year
  EXPECT_EQ(records->subjects[1].records[1].time, 24.25);
}

TEST(Records, GapsOfCovariatesAreFilledAsAskedFor) {
  const std::string data = "ID,TIME,WT\n1,0,70\n1,1,.\n1,2,80\n1,3,.\n";
  const auto weights = [&](const std::string& carry) {
    std::vector<double> values;
    const auto records =
        read_text(data, "compartments: {1: A}\ncovariates: [WT]\ncarry: " + carry + "\n");
    EXPECT_TRUE(records);
    for (const Record& record : records->subjects[0].records)
      values.push_back(record.covariates[0]);
    return values;
  };
  EXPECT_EQ(weights("forward"), (std::vector<double>{70, 70, 80, 80}));
  EXPECT_EQ(weights("backward"), (std::vector<double>{70, 80, 80, 80}));
}

TEST(Records, BadRowsAreNamed) {
  const std::vector<std::tuple<std::string, int, int, std::string>> table = {
      {"ID,TIME\n1,x\n", 2, 3, "not a number"},
      {"ID,TIME\n1,1\n1,0\n", 3, 3, "goes back"},
      {"ID,TIME\n1,0\n2,0\n1,1\n", 4, 1, "stands again"},
      {"ID,TIME,AMT\n1,0\n", 2, 1, "2 values"},
      {"ID,TIME,time\n1,0,0\n", 1, 9, "stands twice"},
      {"ID,AMT\n1,0\n", 1, 1, "no column 'TIME'"},
      {"ID,TIME,EVID,AMT\n1,0,1,0\n", 2, 7, "no amount"},
      {"ID,TIME,EVID,AMT\n1,0,0,5\n", 2, 7, "is no dose"},
      {"ID,TIME,EVID\n1,0,5\n", 2, 5, "EVID is 5"},
      {"ID,TIME,AMT,RATE\n1,0,5,-3\n", 2, 7, "RATE is -3"},
      {"ID,TIME,AMT,ADDL\n1,0,5,2\n", 2, 7, "need an interval"},
      {"ID,TIME,AMT,SS\n1,0,5,1\n", 2, 7, "needs an interval"},
      {"ID,TIME,AMT,SS,II\n1,0,5,3,12\n", 2, 7, "SS is 3"},
      {"ID,TIME\n1,9:75\n", 2, 3, "not a clock time"},
      {"ID,TIME\n1,23:00\n1,01:00\n", 3, 3, "goes back"},
      {"ID,DATE,TIME\n1,2/30/2024,0\n", 2, 3, "not a date"},
      {"ID,TIME\n1,inf\n", 2, 3, "not a number"},
  };
  for (const auto& [data, line, column, message] : table) {
    const auto records = read_text(data);
    ASSERT_FALSE(records) << data;
    EXPECT_EQ(records.error().code, Code::bad_record) << data;
    EXPECT_EQ(records.error().place.line, line) << data;
    EXPECT_EQ(records.error().place.column, column) << data;
    EXPECT_NE(records.error().message.find(message), std::string::npos)
        << data << records.error().message;
  }
}

}  // namespace
}  // namespace vesper::dosing
