-- Cuevox: speak what is selected. Asks Cuevox for the line of each selected item; when none is selected, for that of the
-- region at the edit cursor, or of the last marker before it.
--
-- Load it like reaper_cuevox.lua, which has to be at work, and give it a key. The text of an item is its notes, else the
-- name of its take; the text of a region or a marker is its name. An item's or region's length is the line's length.

local SECTION = "cuevox"

local spool = reaper.GetExtState(SECTION, "spool")
if spool == "" then
  reaper.MB("Run reaper_cuevox.lua first: it asks for the spool folder.", "Cuevox", 0)
  return
end

local function rate()
  local wanted = reaper.GetSetProjectInfo(0, "PROJECT_SRATE", 0, false)
  return wanted > 0 and math.floor(wanted + 0.5) or 48000
end

local function samples(seconds)
  return string.format("smp:%.0f@%d", math.floor(seconds * rate() + 0.5), rate())
end

local function one_line(text)
  return (text:gsub("[%c]+", " "):gsub("^ +", ""):gsub(" +$", ""))
end

-- Written aside and renamed, so that Cuevox never reads half a request.
local function ask(line, text, first_s, length_s, character)
  text = one_line(text)
  if text == "" then return false end
  local fields = "line=" .. line .. "\ntext=" .. text .. "\nat=" .. samples(first_s) .. "\n"
  if length_s and length_s > 0 then fields = fields .. "seconds=" .. samples(length_s) .. "\n" end
  if character ~= "" then fields = fields .. "character=" .. one_line(character) .. "\n" end
  local path = spool .. "/" .. line .. ".ask"
  local file = io.open(path .. ".part", "wb")
  if not file then
    reaper.MB("Cannot write to " .. spool, "Cuevox", 0)
    return false
  end
  file:write(fields)
  file:close()
  os.remove(path)
  os.rename(path .. ".part", path)
  return true
end

local function ask_for_item(item)
  local _, text = reaper.GetSetMediaItemInfo_String(item, "P_NOTES", "", false)
  local take = reaper.GetActiveTake(item)
  if one_line(text) == "" and take then _, text = reaper.GetSetMediaItemTakeInfo_String(take, "P_NAME", "", false) end
  local _, id = reaper.GetSetMediaItemInfo_String(item, "GUID", "", false)
  local _, track = reaper.GetSetMediaTrackInfo_String(reaper.GetMediaItemTrack(item), "P_NAME", "", false)
  local first_s = reaper.GetMediaItemInfo_Value(item, "D_POSITION")
  local length_s = reaper.GetMediaItemInfo_Value(item, "D_LENGTH")
  return ask("item_" .. id:gsub("[^%w]", ""):sub(1, 8), text, first_s, length_s, track)
end

local function ask_for_cursor()
  local marker, region = reaper.GetLastMarkerAndCurRegion(0, reaper.GetCursorPosition())
  local index = region >= 0 and region or marker
  if index < 0 then return false end
  local _, is_region, first_s, end_s, name, number = reaper.EnumProjectMarkers(index)
  local kind = is_region and "region_" or "marker_"
  return ask(kind .. number, name, first_s, is_region and end_s - first_s or nil, "")
end

local n_asked = 0
for i = 0, reaper.CountSelectedMediaItems(0) - 1 do
  if ask_for_item(reaper.GetSelectedMediaItem(0, i)) then n_asked = n_asked + 1 end
end
if reaper.CountSelectedMediaItems(0) == 0 and ask_for_cursor() then n_asked = 1 end
if n_asked == 0 then
  reaper.MB("Nothing to speak: select items with notes or names, or put the cursor into a region.", "Cuevox", 0)
end
