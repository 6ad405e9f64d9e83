-- +goose Up

-- Open reports that anyone may see, by category and place, and by when they were opened: for hints of the same problem
-- nearby, and for the public map. They stay as few as what is open, however many years are on record. Nothing walked report_lat.
DROP INDEX report_lat;
CREATE INDEX report_near ON report (tenant, method, category, lat, lon) WHERE is_open AND NOT is_private;
CREATE INDEX report_shown ON report (tenant, method, opened, matter) WHERE is_open AND NOT is_private;
