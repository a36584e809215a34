import { Button, Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { Icon } from "../parts/icon.tsx";
import { texts } from "../texts.ts";

interface Props {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
}

/** Every key, in a dialog. */
export function Help(props: Props) {
  return (
    <ModalOverlay className="overlay" isDismissable {...props}>
      <Modal className="modal">
        <Dialog className="dialog">
          <header>
            <Heading slot="title">{texts.help.title}</Heading>
            <Button slot="close" className="icon-button" aria-label={texts.help.close}>
              <Icon name="close" />
            </Button>
          </header>
          <dl className="keys">
            {texts.help.keys.map(([keys, what]) => (
              <div key={what}>
                <dt>
                  {keys.map((name) => (
                    <kbd key={name}>{name}</kbd>
                  ))}
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
