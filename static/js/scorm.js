// The API that a SCORM package looks for: `API` (1.2) and `API_1484_11` (2004). It keeps the state
// and hands all of it to the player after each change, which takes it to the server; the player is
// the page of the site that has the package in a frame. Runs in the package's world, so it may
// trust nothing there, and is trusted by nobody: the server checks everything again.
(() => {
  const TEXTS = {
    "1.2": { 0: "No error", 101: "General exception", 201: "Invalid argument error",
      202: "Element cannot have children", 203: "Element not an array - cannot have count",
      301: "Not initialized", 401: "Not implemented error",
      402: "Invalid set value, element is a keyword", 403: "Element is read only",
      404: "Element is write only", 405: "Incorrect data type" },
    2004: { 0: "No Error", 101: "General Exception", 102: "General Initialization Failure",
      103: "Already Initialized", 104: "Content Instance Terminated",
      111: "General Termination Failure", 112: "Termination Before Initialization",
      113: "Termination After Termination", 122: "Retrieve Data Before Initialization",
      123: "Retrieve Data After Termination", 132: "Store Data Before Initialization",
      133: "Store Data After Termination", 142: "Commit Before Initialization",
      143: "Commit After Termination", 201: "General Argument Error",
      301: "General Get Failure", 351: "General Set Failure", 391: "General Commit Failure",
      401: "Undefined Data Model Element", 402: "Unimplemented Data Model Element",
      403: "Data Model Element Value Not Initialized", 404: "Data Model Element Is Read Only",
      405: "Data Model Element Is Write Only", 406: "Data Model Element Type Mismatch",
      407: "Data Model Element Value Out Of Range",
      408: "Data Model Dependency Not Established" },
  }
  // What each trouble is called in either standard.
  const CODES = {
    "1.2": { before: 301, after: 301, twice: 101, ended: 301, argument: 201, unknown: 201,
      kids: 202, count: 203, keyword: 402, readonly: 403, writeonly: 404, type: 405, range: 405,
      empty: 0, order: 201, first: 201 },
    2004: { argument: 201, unknown: 401, kids: 301, count: 301, keyword: 404, readonly: 404,
      writeonly: 405, type: 406, range: 407, empty: 403, order: 351, first: 408 },
  }
  const ARRAYS = /^(cmi\.(interactions|objectives|comments_from_learner|comments_from_lms)|cmi\.interactions\.n\.(objectives|correct_responses))$/

  class Model {
    constructor(told) {
      this.standard = told.standard
      this.table = told.table
      this.values = new Map(Object.entries(told.values))
      this.sequence = told.sequence
      this.state = "new"
      this.error = 0
      this.codes = CODES[this.standard]
    }

    fail(code) { this.error = typeof code === "string" ? this.codes[code] : code; return false }

    // The name with each number as n, if its numbers are those of entries that there are (or,
    // setting, of the one that comes next).
    place(name, setting) {
      const parts = name.split(".")
      for (let at = 2; at < parts.length; at++) {
        if (!/^\d+$/.test(parts[at])) continue
        const list = parts.slice(0, at).join(".")
        const count = this.count(list)
        if (Number(parts[at]) > (setting ? count : count - 1)) return null
      }
      return parts.map((part, at) => (at > 1 && /^\d+$/.test(part) ? "n" : part)).join(".")
    }

    count(list) {
      let most = -1
      const start = `${list}.`
      for (const name of this.values.keys()) {
        if (!name.startsWith(start)) continue
        const number = Number(name.slice(start.length).split(".")[0])
        if (number > most) most = number
      }
      return most + 1
    }

    children(shape) {
      const start = `${shape}.`
      const found = new Set()
      for (const name of Object.keys(this.table)) {
        if (!name.startsWith(start)) continue
        const rest = name.slice(start.length).split(".").filter((part) => part !== "n")
        if (rest[0] && !rest[0].startsWith("_")) found.add(rest[0])
      }
      return [...found].join(",")
    }

    get(name) {
      this.error = 0
      if (name === "") return this.fail(this.standard === "1.2" ? "argument" : 301) || ""
      const valid = /^adl\.nav\.request_valid\.(choice|jump)\.\{target=[^{}]+\}$/.test(name)
      if (valid && this.standard === "2004") return "unknown"
      if (name === "cmi._version") return this.standard === "1.2" ? "3.4" : "1.0"
      const keyword = /^(.+)\.(_children|_count|_version)$/.exec(name)
      if (keyword) return this.keyword(keyword[1], keyword[2])
      const shape = name.replace(/\.\d+(?=\.|$)/g, ".n")
      const row = this.table[shape]
      if (!row) return this.fail("unknown") || ""
      if (!row[0].includes("r")) return this.fail("writeonly") || ""
      if (shape.includes(".n.") && this.place(name, false) === null) {
        return this.fail(this.standard === "1.2" ? "order" : 301) || ""
      }
      const value = this.values.get(name) ?? row[2]
      if (value === null || value === undefined) return this.fail("empty") || ""
      return value
    }

    keyword(name, word) {
      const shape = name.replace(/\.\d+(?=\.|$)/g, ".n")
      const children = this.children(shape)
      if (word === "_children" && children) return children
      if (word === "_count" && ARRAYS.test(shape)) return String(this.count(name))
      if (this.table[shape]) return this.fail(word === "_count" ? "count" : "kids") || ""
      return this.fail(children ? "count" : "unknown") || ""
    }

    set(name, value) {
      this.error = 0
      if (name === "") return this.fail(this.standard === "1.2" ? "argument" : 351)
      if (/\.(_children|_count|_version)$/.test(name)) return this.fail("keyword")
      const shape = name.replace(/\.\d+(?=\.|$)/g, ".n")
      const row = this.table[shape]
      if (!row) return this.fail("unknown")
      if (!row[0].includes("w")) return this.fail("readonly")
      if (shape.includes(".n.") && this.place(name, true) === null) return this.fail("order")
      if (this.standard === "2004" && this.lacksFirst(name, shape)) return this.fail("first")
      const trouble = this.wrong(value, row[1])
      if (trouble) return this.fail(trouble)
      if (name === "cmi.comments") value = (this.values.get(name) ?? "") + value
      this.values.set(name, value)
      return true
    }

    // Of an entry the identifier comes first.
    lacksFirst(name, shape) {
      const entry = /^(cmi\.(interactions|objectives)\.n)\.(.+)$/.exec(shape)
      if (!entry || entry[3] === "id") return false
      const start = name.split(".").slice(0, 3).join(".")
      return !this.values.has(`${start}.id`)
    }

    wrong(value, type) {
      if (type.words) return type.words.includes(value) ? "" : "type"
      if (type.re) {
        return value.length <= type.max && new RegExp(`^(?:${type.re})$`).test(value) ? "" : "type"
      }
      if (value === "" && this.standard === "1.2") return ""
      if (!/^(-?\d+(\.\d+)?|-?\.\d+)$/.test(value) || value.length > 40) return "type"
      if (type.whole && value.includes(".")) return "type"
      const number = Number(value)
      if (type.from !== null && number < type.from) return "range"
      return type.to !== null && number > type.to ? "range" : ""
    }

    // What the server is to keep: what a part may set, and has.
    kept() {
      const found = {}
      for (const [name, value] of this.values) {
        const row = this.table[name.replace(/\.\d+(?=\.|$)/g, ".n")]
        if (row?.[0].includes("w")) found[name] = value
      }
      return found
    }
  }

  const api = (model, tell) => {
    const is2004 = model.standard === "2004"
    const answer = (done) => (done ? "true" : "false")
    const argument = (given) => given === undefined || given === "" || given === null
    const wrongTime = (before, after) => {
      if (model.state === "on") return false
      model.fail(is2004 ? (model.state === "new" ? before : after) : 301)
      return true
    }
    const calls = {
      Initialize(given) {
        model.error = 0
        if (!argument(given)) return answer(model.fail(201))
        if (model.state === "on") return answer(model.fail(is2004 ? 103 : 101))
        if (model.state === "off") return answer(model.fail(is2004 ? 104 : 101))
        model.state = "on"
        return "true"
      },
      Terminate(given) {
        model.error = 0
        if (!argument(given)) return answer(model.fail(201))
        if (wrongTime(112, 113)) return "false"
        model.state = "off"
        tell(true)
        return "true"
      },
      GetValue(name) {
        if (wrongTime(122, 123)) return ""
        return model.get(String(name ?? ""))
      },
      SetValue(name, value) {
        if (wrongTime(132, 133)) return "false"
        const done = model.set(String(name ?? ""), String(value ?? ""))
        if (done) tell(false)
        return answer(done)
      },
      Commit(given) {
        model.error = 0
        if (!argument(given)) return answer(model.fail(201))
        if (wrongTime(142, 143)) return "false"
        tell(false)
        return "true"
      },
      GetLastError: () => String(model.error),
      GetErrorString: (code) => TEXTS[model.standard][code] ?? "",
      GetDiagnostic: (code) => TEXTS[model.standard][code === "" ? model.error : code] ?? "",
    }
    if (is2004) return { version: "1.0", ...calls }
    const renamed = { Terminate: "Finish" }
    return Object.fromEntries(Object.entries(calls).map(
      ([name, call]) => [`LMS${renamed[name] ?? name}`, call],
    ))
  }

  // In a sandbox each frame is a stranger to the one over it. A frame within the part's own page
  // calls what the page has by message, and gets no answer: enough for "note this score".
  const readable = (other) => { try { void other.document; return true } catch { return false } }
  const inner = window.parent !== window.top && !readable(window.parent)

  window.addEventListener("message", ({ source, data }) => {
    if (typeof data?.lanyardCall !== "string" || !Array.isArray(data.with)) return
    const frames = Array.from({ length: window.frames.length }, (_each, n) => window.frames[n])
    if (!frames.includes(source)) return
    const path = data.lanyardCall.split(".")
    const last = path.pop()
    const on = path.reduce((found, name) => found?.[name], window)
    if (typeof on?.[last] === "function") on[last](...data.with)
  })

  window.LanyardScorm = (told) => {
    delete window.LanyardScorm
    const model = new Model(told)
    const over = window.parent
    const call = (name, ...given) => {
      const plain = given.filter((each) => typeof each !== "function").map(String)
      over.postMessage({ lanyardCall: name, with: plain }, "*")
    }
    const tell = (finished) => {
      model.sequence += 1
      const { sequence } = model
      const values = model.kept()
      const message = { lanyard: "state", key: told.key, sequence, values, finished }
      over.postMessage(message, told.site)
    }
    const name = model.standard === "1.2" ? "API" : "API_1484_11"
    const own = api(model, inner ? () => {} : tell)
    // Many packages begin with `var API = null`, and look for it over them then.
    let asSet = null
    Object.defineProperty(window, name, {
      get: () => asSet ?? own, set: (value) => { asSet = value }, configurable: true,
    })
    if (window.origin !== "null") return
    if (inner) {
      for (const [verb, act] of Object.entries(own)) {
        if (!/SetValue|Commit|Terminate|Finish/.test(verb)) continue
        own[verb] = (...given) => {
          const done = act(...given)
          if (done === "true") call(`${name}.${verb}`, ...given)
          return done
        }
      }
    }
    // What stands for the frame over it, which a sandbox lets nobody ask.
    const stand = new Proxy({}, {
      get: (_target, asked) => {
        if (asked === name) return own
        if (["parent", "window", "self", "top"].includes(asked)) return stand
        if (asked === "postMessage") return over.postMessage.bind(over)
        if (!inner || typeof asked !== "string" || /^API|^opener$|^document$/.test(asked)) {
          return undefined
        }
        return (...given) => call(asked, ...given)
      },
    })
    Object.defineProperty(window, "parent", { value: stand, configurable: true })
  }
})()
