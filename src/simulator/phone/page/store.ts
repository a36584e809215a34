import { type PhoneAction, reduce } from "./reducer.ts";
import { initialState, type PhoneState } from "./state.ts";

export interface Store {
  state(): PhoneState;
  dispatch(action: PhoneAction): void;
  /** Called with the state now and after each change. */
  subscribe(listener: (state: PhoneState) => void): void;
}

/** Holds the page's state. A dispatch made by a listener is applied after all listeners saw the first. */
export function createStore(): Store {
  let state = initialState;
  const listeners: ((state: PhoneState) => void)[] = [];
  const waiting: PhoneAction[] = [];
  let isNotifying = false;

  function dispatch(action: PhoneAction): void {
    waiting.push(action);
    if (isNotifying) return;
    isNotifying = true;
    try {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        state = reduce(state, next);
        for (const listener of listeners) listener(state);
      }
    } finally {
      isNotifying = false;
    }
  }

  return {
    state: () => state,
    dispatch,
    subscribe: (listener) => {
      listeners.push(listener);
      listener(state);
    },
  };
}
