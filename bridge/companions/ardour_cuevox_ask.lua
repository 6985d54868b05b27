ardour {
  ["type"] = "EditorAction",
  name = "Cuevox: speak what is selected",
  author = "Cuevox",
  license = "GPL",
  description = [[Asks Cuevox for a line for each selected region and marker. Its name is the text, its length the line's length, the track's name the character; the clip comes back to the same place (on another track if something lies there).

Cuevox has to run with ardour_live among its drop_targets.]]
}

function action_params ()
  return {
    ["port"] = { title = "OSC port of Cuevox", default = "27183" },
  }
end

function factory (params)
  local port = params and params["port"] or "27183"

  local function place (samples)
    return string.format ("smp:%d@%d", math.tointeger (samples), math.tointeger (Session:nominal_sample_rate ()))
  end

  return function ()
    local cuevox = ARDOUR.LuaOSC.Address ("osc.udp://127.0.0.1:" .. port)

    local function ask (id, text, first, length, character)
      local words = { Session:name () .. "_" .. id, text, "at", place (first), "drop", "yes" }
      if length > 0 then
        words[#words + 1] = "seconds"
        words[#words + 1] = place (length)
      end
      if character ~= "" then
        words[#words + 1] = "character"
        words[#words + 1] = character
      end
      cuevox:send ("/cuevox/line/render", string.rep ("s", #words), table.unpack (words))
    end

    local selection = Editor:get_selection ()
    for region in selection.regions:regionlist ():iter () do
      local track = ""
      for route in Session:get_tracks ():iter () do
        for each in route:to_track ():playlist ():region_list ():iter () do
          if each:to_stateful ():id ():to_s () == region:to_stateful ():id ():to_s () then track = route:name () end
        end
      end
      ask (region:to_stateful ():id ():to_s (), region:name (), region:position ():samples (), region:length ():samples (), track)
    end
    local seen = {}  -- a range has two markers, and may have both selected
    for marker in selection.markers:iter () do
      local location = Editor:find_location_from_marker (marker, true)
      -- Ardour gives a script no id of a location that tells it from others: its place does.
      local first = location:start ():samples ()
      if not seen[first] then ask ("marker_" .. math.tointeger (first), location:name (), first, location:length ():samples (), "") end
      seen[first] = true
    end
  end
end
