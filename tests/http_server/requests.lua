-- What wrk asks in turn: a query, a form, a JSON document, a sum.

local json = '{"user":"ada","tags":["a","b","c"],"items":['
for i = 1, 30 do json = json .. '{"id":' .. i .. ',"name":"item number ' .. i .. '","price":' .. i * 1.25 .. '},' end
json = json .. 'null]}'

local form = "name=Ada+Lovelace&born=1815"
for i = 1, 30 do form = form .. "&field" .. i .. "=the+value+of+field+" .. i end

local all = {}
function init()
    all[1] = wrk.format("GET", "/parse?a=1&b=2&c=%20three")
    all[2] = wrk.format("POST", "/parse", {["Content-Type"] = "application/x-www-form-urlencoded"}, form)
    all[3] = wrk.format("POST", "/parse", {["Content-Type"] = "application/json"}, json)
    all[4] = wrk.format("GET", "/sum?n=100")
end

local turn = 0
function request()
    turn = turn % #all + 1
    return all[turn]
end
